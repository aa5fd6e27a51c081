// Which media node and worker a room goes to, and which node has it now.
import type { MediaNode, WorkerLoad } from '@sotto/sfu-worker/protocol';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Home } from '../rooms/record.ts';

/** What a room is taken to cost, in shares of a core, on top of what is measured. */
const ROOM_SHARE = 0.05;
/** A room that was just sent to a worker counts there before the worker knows of it. */
const RESERVATION_MS = 5_000;

export interface MediaPool {
  /** The least loaded worker that is alive. Throws `media-unavailable`. */
  choose(): Home;
  /** Throws `media-unavailable` when the node is not known here. */
  nodeOf(home: Home): MediaNode;
  readonly nodes: readonly MediaNode[];
  isReady(): boolean;
}

const isSameHome = (one: Home, other: Home): boolean =>
  one.nodeId === other.nodeId && one.worker === other.worker;

export const createMediaPool = (nodes: readonly MediaNode[], clock: Clock): MediaPool => {
  let reservations: readonly Home[] = [];

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

  return {
    nodes,
    choose: () => {
      const [first, ...rest] = candidates();
      if (first === undefined) throw new AppError('media-unavailable', 'no media worker is up');
      const { home } = rest.reduce((best, next) => (next.cost < best.cost ? next : best), first);
      reserve(home);
      return home;
    },
    nodeOf: (home) => {
      const node = nodes.find(({ nodeId }) => nodeId === home.nodeId);
      if (node === undefined) throw new AppError('media-unavailable', 'the media node is gone');
      return node;
    },
    isReady: () => candidates().length > 0,
  };
};
