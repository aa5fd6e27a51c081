// Which media node and worker a room goes to, and which node has it now.
import type { MediaNode, WorkerLoad } from '@sotto/sfu-worker/protocol';
import { AppError } from '../errors.ts';
import type { Home } from '../rooms/record.ts';

/** What a room is taken to cost until its load shows in the measured share of a core. */
const RESERVED_SHARE = 0.05;

export interface MediaPool {
  /** The least loaded worker that is alive. Throws `media-unavailable`. */
  choose(): Home;
  /** Throws `media-unavailable` when the node is not known here. */
  nodeOf(home: Home): MediaNode;
  readonly nodes: readonly MediaNode[];
  isReady(): boolean;
}

const cost = ({ cpu, rooms }: WorkerLoad): number => cpu + rooms * RESERVED_SHARE;

export const createMediaPool = (nodes: readonly MediaNode[]): MediaPool => {
  const candidates = () =>
    nodes.flatMap((node) =>
      node
        .load()
        .filter(({ alive }) => alive)
        .map((load) => ({ home: { nodeId: node.nodeId, worker: load.worker }, cost: cost(load) })),
    );
  return {
    nodes,
    choose: () => {
      const [first, ...rest] = candidates();
      if (first === undefined) throw new AppError('media-unavailable', 'no media worker is up');
      return rest.reduce((best, next) => (next.cost < best.cost ? next : best), first).home;
    },
    nodeOf: (home) => {
      const node = nodes.find(({ nodeId }) => nodeId === home.nodeId);
      if (node === undefined) throw new AppError('media-unavailable', 'the media node is gone');
      return node;
    },
    isReady: () => candidates().length > 0,
  };
};
