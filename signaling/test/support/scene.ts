// What a scenario sees, whether its apps run in the test's own process over a memory store (harness.ts)
// or in processes of their own over Redis (process-scene.ts).
import type { MediaServer } from '@sotto/sfu-worker';
import { HEARTBEAT_INTERVAL_MS, type RoomId } from '../../src/protocol/index.ts';
import { evolve } from '../../src/rooms/evolve.ts';
import type { RoomRecord } from '../../src/rooms/record.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { createRoom } from './rooms.ts';
import { TestClient } from './test-client.ts';

export interface Scene {
  /** The store of all apps, for a test to look into. */
  readonly store: RoomStore;
  /** In the test's own process, whoever talks to it. */
  readonly media: MediaServer;
  readonly urls: readonly string[];
  now(): number;
  /** Moves every app's clock; resolves when what came due has begun. */
  advance(ms: number): Promise<void>;
  /** Every line that the apps have logged until now. */
  logged(): Promise<readonly string[]>;
  /** Ends every app as SIGTERM ends a server. */
  drain(): Promise<void>;
  newRoom(): Promise<RoomId>;
  /** The room as the store has it. */
  record(roomId: RoomId): Promise<RoomRecord>;
  /** Joins at the next app in turn. */
  join(roomId: RoomId): Promise<TestClient>;
  /** Moves the clock, while these clients answer the heartbeats that come due. */
  pass(ms: number, clients: readonly TestClient[]): Promise<void>;
  close(): Promise<void>;
}

type Derived = 'newRoom' | 'record' | 'join' | 'pass';

/** What every scene does alike, made of what they do each in their own way. */
export const derive = ({
  store,
  advance,
  urls,
}: Pick<Scene, 'store' | 'advance'> & { readonly urls: () => readonly string[] }): Pick<
  Scene,
  Derived
> => {
  let turn = 0;
  const nextUrl = (): string => {
    turn += 1;
    return urls()[turn % urls().length] ?? '';
  };
  return {
    newRoom: () => createRoom(nextUrl()),
    record: async (roomId) => {
      const read = await store.read(roomId, null);
      if (read.kind !== 'snapshot') throw new Error('no record');
      return read.events.reduce(evolve, read.snapshot);
    },
    join: (roomId) => TestClient.join(nextUrl(), roomId),
    pass: async (ms, clients) => {
      for (let passedMs = 0; passedMs < ms; passedMs += HEARTBEAT_INTERVAL_MS) {
        await advance(Math.min(HEARTBEAT_INTERVAL_MS, ms - passedMs));
        await Promise.all(clients.map((client) => client.request('heartbeat', {})));
      }
    },
  };
};
