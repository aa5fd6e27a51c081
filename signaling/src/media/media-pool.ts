// Which media node and worker a room goes to, which node has it now, and which homes there are no more.
import type { MediaNode, WorkerLoad } from '@sotto/sfu-worker/protocol';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Home } from '../rooms/record.ts';
import { watchLives } from './node-lives.ts';

/** What a room is taken to cost, in shares of a core, on top of what is measured. */
const ROOM_SHARE = 0.05;
/** A room that was just sent to a worker counts there before the worker knows of it. */
const RESERVATION_MS = 5_000;

/** For a node that is being connected to. Longer: a socket's other requests wait for longer. */
export const REACH_MS = 5_000;

export interface MediaPool {
  /** The least loaded worker that is alive. Throws `media-unavailable`. */
  choose(): Home;
  isConnected(home: Home): boolean;
  /**
   * The node when it is connected, now or within REACH_MS. Rejects with `media-unavailable`, at once where
   * the home is gone.
   */
  reach(home: Home, placement: number): Promise<MediaNode>;
  /** Whatever was there is lost, or has been out of reach for too long while other nodes are not. */
  isGone(home: Home, placement: number): boolean;
  /** Told when a home may be gone that was not before. The answer ends the watch. */
  watch(listener: () => void): () => void;
  readonly nodes: readonly MediaNode[];
  isReady(): boolean;
  /** Ends its watch over the nodes. */
  close(): void;
}

const isSameHome = (one: Home, other: Home): boolean =>
  one.nodeId === other.nodeId && one.worker === other.worker;

export const createMediaPool = (nodes: readonly MediaNode[], clock: Clock): MediaPool => {
  let reservations: readonly Home[] = [];
  const lives = watchLives(nodes, clock);

  const reserve = (home: Home): void => {
    reservations = [...reservations, home];
    clock.after(RESERVATION_MS, () => {
      reservations = reservations.filter((other) => other !== home);
    });
  };

  const cost = (home: Home, { cpu, rooms }: WorkerLoad): number => {
    const reserved = reservations.filter((other) => isSameHome(other, home)).length;
    return cpu + (rooms + reserved) * ROOM_SHARE;
  };

  const candidates = () =>
    nodes.flatMap((node) =>
      node
        .load()
        .filter(({ alive, draining }) => alive && !draining)
        .map((load) => {
          const home = { nodeId: node.nodeId, worker: load.worker };
          return { home, cost: cost(home, load) };
        }),
    );

  return {
    nodes,
    choose: () => {
      const [first, ...rest] = candidates();
      if (first === undefined) throw new AppError('media-unavailable', 'no media worker is up');
      const { home } = rest.reduce((best, next) => (next.cost < best.cost ? next : best), first);
      reserve(home);
      return home;
    },
    isConnected: (home) => lives.findConnected(home) !== undefined,
    reach: (home, placement) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          cancel();
          unwatch();
        };
        const refuse = (): void => {
          end();
          reject(new AppError('media-unavailable', 'the media node cannot be reached'));
        };
        const look = (): void => {
          const node = lives.findConnected(home);
          if (node !== undefined) {
            end();
            resolve(node);
          } else if (lives.isGone(home, placement)) {
            refuse();
          }
        };
        const cancel = clock.after(REACH_MS, refuse);
        const unwatch = lives.watch(look);
        look();
      }),
    isGone: (home, placement) => lives.isGone(home, placement),
    watch: (listener) => lives.watch(listener),
    isReady: () => candidates().length > 0,
    close: () => lives.close(),
  };
};
