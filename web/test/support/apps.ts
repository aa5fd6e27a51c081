// The real signaling apps over one store, with the clock of the test and a media node that carries no
// media. What they log, and all that they store, is kept.
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import { MediaError } from '@sotto/sfu-worker/protocol';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { deriveJoinKey, joinHash } from '../../../e2ee/src/link-secret.ts';
import { toBase64url } from '../../../e2ee/src/group-bytes.ts';
import { buildApp } from '../../../signaling/src/app.ts';
import { createLogger } from '../../../signaling/src/log.ts';
import { RoomId } from '../../../signaling/src/protocol/index.ts';
import { fixedMedia } from '../../../signaling/src/media/node-lives.ts';
import { evolve } from '../../../signaling/src/rooms/evolve.ts';
import { createMemoryNodeLeases } from '../../../signaling/src/rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from '../../../signaling/src/rooms/memory-room-store.ts';
import { positionOf, type RoomRecord } from '../../../signaling/src/rooms/record.ts';
import type { RoomStore } from '../../../signaling/src/rooms/room-store.ts';
import { DEFAULT_LIMITS } from '../../../signaling/src/socket/rate-limit.ts';
import type { TestTime } from './time.ts';

const SECRET = 'a secret of the tests, long enough';

const unavailable = (): Promise<never> =>
  Promise.reject(new MediaError('unavailable', 'no media here'));

/** Takes rooms, and carries nothing. */
const NO_MEDIA: MediaNode = {
  nodeId: 'none',
  isConnected: () => true,
  load: () => [{ worker: 0, cpu: 0, rooms: 0, alive: true, draining: false, parts: [] }],
  watch: () => () => undefined,
  heldRooms: async () => [],
  ensureRoom: async () => undefined,
  closeRoom: async () => undefined,
  closePeer: async () => undefined,
  drain: async () => undefined,
  openTransport: unavailable,
  connectTransport: unavailable,
  restartIce: unavailable,
  produce: unavailable,
  setProducerPaused: async () => undefined,
  closeProducer: async () => undefined,
  consume: unavailable,
  view: async () => undefined,
  requestKeyFrames: async () => undefined,
};

/** Everything that is given to the store, as JSON. */
const recording = (store: RoomStore, stored: string[]): RoomStore => ({
  ...store,
  append: (roomId, change) => {
    stored.push(JSON.stringify(change));
    return store.append(roomId, change);
  },
  post: (roomId, incarnation, message) => {
    stored.push(JSON.stringify(message));
    return store.post(roomId, incarnation, message);
  },
  whisper: (roomId, whisper) => {
    stored.push(JSON.stringify(whisper));
    return store.whisper(roomId, whisper);
  },
});

export class Apps {
  readonly #time: TestTime;
  readonly #count: number;
  readonly logLines: string[] = [];
  readonly stored: string[] = [];
  #store: RoomStore;
  #apps: readonly FastifyInstance[] = [];
  #urls: readonly string[] = [];
  #turn = 0;

  private constructor(time: TestTime, count: number) {
    this.#time = time;
    this.#count = count;
    this.#store = this.#newStore();
  }

  static async start(time: TestTime, count: number): Promise<Apps> {
    const apps = new Apps(time, count);
    await apps.#listen();
    return apps;
  }

  /** Of the apps in turn. */
  readonly nextUrl = (): string => {
    this.#turn += 1;
    return this.#urls[this.#turn % this.#count] ?? '';
  };

  async newRoom(secret: string): Promise<RoomId> {
    const payload = { joinHash: joinHash(deriveJoinKey(secret)) };
    const answer = await this.#ask('/api/rooms', payload, {});
    return z.parse(z.object({ roomId: RoomId }), answer).roomId;
  }

  async joinToken(roomId: RoomId, secret: string): Promise<string> {
    const authorization = `Bearer ${toBase64url(deriveJoinKey(secret))}`;
    const answer = await this.#ask(`/api/rooms/${roomId}/token`, {}, { authorization });
    return z.parse(z.object({ token: z.string() }), answer).token;
  }

  /** The room as the store has it; null when there is none. */
  async record(roomId: RoomId): Promise<RoomRecord | null> {
    const read = await this.#store.read(roomId, null);
    return read.kind === 'snapshot' ? read.events.reduce(evolve, read.snapshot) : null;
  }

  /** All nodes go down and come up again, with the same secret and nothing that they had stored. */
  async restart(): Promise<void> {
    await this.#stop();
    this.#store = this.#newStore();
    await this.#listen();
  }

  /** The record is lost; the nodes find out with the next thing that anybody does. */
  async forget(roomId: RoomId): Promise<void> {
    const record = await this.record(roomId);
    if (record === null) throw new Error('no record to forget');
    await this.#store.delete(roomId, positionOf(record));
  }

  close(): Promise<void> {
    return this.#stop();
  }

  #newStore(): RoomStore {
    return recording(createMemoryRoomStore(), this.stored);
  }

  async #listen(): Promise<void> {
    const log = createLogger('trace', { write: (line: string) => void this.logLines.push(line) });
    this.#apps = await Promise.all(
      Array.from({ length: this.#count }, () =>
        buildApp({
          store: this.#store,
          leases: createMemoryNodeLeases(),
          media: fixedMedia([NO_MEDIA], this.#time),
          clock: this.#time,
          log,
          limits: DEFAULT_LIMITS,
          secret: SECRET,
          maxPeersPerRoom: 100,
          callMode: 'auto',
          turn: null,
          corsOrigins: [],
          trustedProxies: 0,
          tls: null,
        }),
      ),
    );
    this.#urls = await Promise.all(
      this.#apps.map((app) => app.listen({ port: 0, host: '127.0.0.1' })),
    );
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.close()));
    await this.#store.close();
  }

  async #ask(url: string, payload: object, headers: Record<string, string>): Promise<unknown> {
    const [app] = this.#apps;
    if (app === undefined) throw new Error('no app is up');
    const answer = await app.inject({ method: 'POST', url, payload, headers });
    if (answer.statusCode >= 300) throw new Error(`${url.slice(0, 10)}: ${answer.body}`);
    return answer.json();
  }
}
