// Which media node and worker a room goes to, which node has it now, and which homes there are no more.
import type { MediaNode, WorkerLoad } from '@sotto/sfu-worker/protocol';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Home } from '../rooms/record.ts';

/** What a room is taken to cost, in shares of a core, on top of what is measured. */
const ROOM_SHARE = 0.05;
/** A room that was just sent to a worker counts there before the worker knows of it. */
const RESERVATION_MS = 5_000;

/**
 * A node that is not connected for this long is given up where there is another. Shorter: a cut of the
 * network moves rooms whose media goes on. Longer: rooms of a dead node wait for longer.
 */
export const GONE_AFTER_MS = 6_000;

/** For a node that is being connected to. Longer: a socket's other requests wait for longer. */
export const REACH_MS = 5_000;

export interface MediaPool {
  /** The least loaded worker that is alive. Throws `media-unavailable`. */
  choose(): Home;
  isConnected(home: Home): boolean;
  /** The node when it is connected, now or within REACH_MS. Rejects with `media-unavailable`. */
  reach(home: Home): Promise<MediaNode>;
  /** Whatever was there is lost, or has been out of reach for too long while other nodes are not. */
  isGone(home: Home): boolean;
  readonly nodes: readonly MediaNode[];
  isReady(): boolean;
  /** Ends its watch over the nodes. */
  close(): void;
}

const isSameHome = (one: Home, other: Home): boolean =>
  one.nodeId === other.nodeId && one.worker === other.worker;

export const createMediaPool = (nodes: readonly MediaNode[], clock: Clock): MediaPool => {
  let reservations: readonly Home[] = [];
  const awaySinceMs = new Map<MediaNode, number>(nodes.map((node) => [node, clock.now()]));
  const waiting = new Set<() => void>();
  const stops = nodes.map((node) =>
    node.watch(({ type }) => {
      if (type === 'disconnected') awaySinceMs.set(node, clock.now());
      if (type === 'connected') for (const look of waiting) look();
    }),
  );

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
        .filter(({ alive }) => alive)
        .map((load) => {
          const home = { nodeId: node.nodeId, worker: load.worker };
          return { home, cost: cost(home, load) };
        }),
    );

  const findConnected = ({ nodeId }: Home): MediaNode | undefined =>
    nodes.find((node) => node.nodeId === nodeId && node.isConnected());

  const isLongAway = (node: MediaNode): boolean =>
    clock.now() - (awaySinceMs.get(node) ?? 0) >= GONE_AFTER_MS;

  return {
    nodes,
    choose: () => {
      const [first, ...rest] = candidates();
      if (first === undefined) throw new AppError('media-unavailable', 'no media worker is up');
      const { home } = rest.reduce((best, next) => (next.cost < best.cost ? next : best), first);
      reserve(home);
      return home;
    },
    isConnected: (home) => findConnected(home) !== undefined,
    reach: (home) =>
      new Promise((resolve, reject) => {
        const look = (): boolean => {
          const node = findConnected(home);
          if (node === undefined) return false;
          cancel();
          waiting.delete(look);
          resolve(node);
          return true;
        };
        const cancel = clock.after(REACH_MS, () => {
          waiting.delete(look);
          reject(new AppError('media-unavailable', 'the media node cannot be reached'));
        });
        if (!look()) waiting.add(look);
      }),
    // With nowhere to go to, nothing is given up.
    isGone: (home) =>
      findConnected(home) === undefined &&
      nodes.some((node) => node.isConnected()) &&
      nodes.every((node) => node.isConnected() || isLongAway(node)),
    isReady: () => candidates().length > 0,
    close: () => {
      for (const stop of stops) stop();
    },
  };
};
