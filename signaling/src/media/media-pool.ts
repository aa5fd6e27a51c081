// Which media node and worker a room goes to, and which node has it now, of those that a directory has.
import type { MediaNode, WorkerLoad } from '@sotto/sfu-worker/protocol';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Home } from '../rooms/record.ts';
import { findConnected, type MediaDirectory } from './media-directory.ts';

/** Of costs: thousandths of a core, whole numbers, so that equal ones are equal. */
const CORE = 1_000;
/** What a room is taken to cost on top of what is measured. */
const ROOM_SHARE = 50;
/** A room that was just sent to a worker counts there before the worker knows of it. */
const RESERVATION_MS = 5_000;

/**
 * A worker that refused a room is chosen last for so long. Shorter: one that takes none, and so has little to
 * do, costs rooms their placement more often.
 */
const REFUSED_MS = 10_000;

/** For a node that is being connected to. Longer: a socket's other requests wait for longer. */
export const REACH_MS = 5_000;

export interface MediaPool {
  /**
   * One of the least loaded workers that are alive and take rooms, of those that have refused none of late
   * and of nodes that are listed, if there are any. Throws `media-unavailable`.
   */
  choose(): Home;
  /** It has just not taken a room. */
  refused(home: Home): void;
  isConnected(home: Home): boolean;
  /**
   * The node when it is connected, now or within REACH_MS. Rejects with `media-unavailable`, at once where
   * the home is gone.
   */
  reach(home: Home, placement: number): Promise<MediaNode>;
  /** As MediaDirectory has it. */
  isGone(home: Home, placement: number): boolean;
  isListed(nodeId: string): boolean;
  /** Told when a node came, went or was connected, or a home may be gone. The answer ends the watch. */
  watch(listener: () => void): () => void;
  /**
   * Begins with each node that there is or comes; what that gives is called when the node has gone, or when
   * the answer is.
   */
  eachNode(begin: (node: MediaNode) => () => void): () => void;
  /** Those that there are now. */
  readonly nodes: readonly MediaNode[];
  /** Whether a room could be placed. */
  isReady(): boolean;
}

export interface MediaPoolDeps {
  readonly directory: MediaDirectory;
  readonly clock: Clock;
  /** 0 to 1, never 1. */
  readonly random?: () => number;
}

const isSameHome = (one: Home, other: Home): boolean =>
  one.nodeId === other.nodeId && one.worker === other.worker;

/** Each time that a home is added counts for so long. */
const rememberHomes = (clock: Clock, ms: number) => {
  let homes: readonly Home[] = [];
  return {
    add: (home: Home): void => {
      // An entry of its own, however often it is added.
      const added = { ...home };
      homes = [...homes, added];
      clock.after(ms, () => {
        homes = homes.filter((other) => other !== added);
      });
    },
    count: (home: Home): number => homes.filter((other) => isSameHome(other, home)).length,
  };
};

/** Those alone of whom that is so, if there are any. */
const preferring = <T>(all: readonly T[], isSo: (one: T) => boolean): readonly T[] => {
  const preferred = all.filter(isSo);
  return preferred.length > 0 ? preferred : all;
};

interface Candidate {
  readonly home: Home;
  readonly cost: number;
}

/** By lot among those that cost about the least: who chooses at the same moment does not choose the same. */
const draw = (all: readonly Candidate[], random: () => number): Home | undefined => {
  const least = Math.min(...all.map(({ cost }) => cost));
  const near = all.filter(({ cost }) => cost < least + ROOM_SHARE);
  return near[Math.floor(random() * near.length)]?.home;
};

/** See MediaPool.eachNode. */
const followNodes = (
  directory: MediaDirectory,
  begin: (node: MediaNode) => () => void,
): (() => void) => {
  const begun = new Map<MediaNode, () => void>();
  const look = (): void => {
    const nodes = new Set(directory.nodes);
    for (const [node, stop] of begun) {
      if (nodes.has(node)) continue;
      begun.delete(node);
      stop();
    }
    for (const node of nodes) if (!begun.has(node)) begun.set(node, begin(node));
  };
  const unwatch = directory.watch(look);
  look();
  return () => {
    unwatch();
    for (const stop of begun.values()) stop();
    begun.clear();
  };
};

export const createMediaPool = (deps: MediaPoolDeps): MediaPool => {
  const { directory, clock, random = Math.random } = deps;
  const reservations = rememberHomes(clock, RESERVATION_MS);
  const refusals = rememberHomes(clock, REFUSED_MS);

  const cost = (home: Home, { cpu, rooms }: WorkerLoad): number => {
    const reserved = reservations.count(home);
    return Math.round(cpu * CORE) + (rooms + reserved) * ROOM_SHARE;
  };

  const candidates = (): readonly Candidate[] =>
    directory.nodes.flatMap((node) =>
      node
        .load()
        .filter(({ alive, draining }) => alive && !draining)
        .map((load) => {
          const home = { nodeId: node.nodeId, worker: load.worker };
          return { home, cost: cost(home, load) };
        }),
    );

  const choose = (): Home => {
    const willing = preferring(candidates(), ({ home }) => refusals.count(home) === 0);
    const listed = preferring(willing, ({ home }) => directory.isListed(home.nodeId));
    const home = draw(listed, random);
    if (home === undefined) throw new AppError('media-unavailable', 'no media worker is up');
    reservations.add(home);
    return home;
  };

  const reach = (home: Home, placement: number): Promise<MediaNode> =>
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
        const node = findConnected(directory, home);
        if (node !== undefined) {
          end();
          resolve(node);
        } else if (directory.isGone(home, placement)) {
          refuse();
        }
      };
      const cancel = clock.after(REACH_MS, refuse);
      const unwatch = directory.watch(look);
      look();
    });

  return {
    get nodes() {
      return directory.nodes;
    },
    choose,
    refused: (home) => refusals.add(home),
    reach,
    isConnected: (home) => findConnected(directory, home) !== undefined,
    isGone: (home, placement) => directory.isGone(home, placement),
    isListed: (nodeId) => directory.isListed(nodeId),
    watch: (listener) => directory.watch(listener),
    eachNode: (begin) => followNodes(directory, begin),
    isReady: () => candidates().length > 0,
  };
};
