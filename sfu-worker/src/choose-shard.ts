// Which worker of this node takes the media of one more peer of a room (PROTOCOL M19): its home, until that
// is busy. Measured is only what was; who was given a worker just now counts by a guess.
import { SAMPLE_INTERVAL_MS, SAMPLES_KEPT } from './load.ts';
import type { WorkerLoad } from './protocol.ts';

/** The workers that a room is on. */
export interface RoomWorkers {
  readonly home: number;
  readonly others: readonly number[];
}

/** What a peer is taken to cost. Higher spreads sooner those who come at once, as to a lecture. */
const PEER_SHARE = 0.02;

/** By then a peer is in all the samples that the measured share is made of. */
const RESERVED_MS = SAMPLES_KEPT * SAMPLE_INTERVAL_MS;

export interface ShardChoiceDeps {
  readonly load: () => readonly Omit<WorkerLoad, 'rooms' | 'parts'>[];
  /** The share of a core above which a worker takes peers only when all are above. */
  readonly spillAbove: number;
  readonly nowMs: () => number;
}

interface Candidate {
  readonly worker: number;
  readonly share: number;
}

/** Each answer counts as a peer that goes there. */
export const createShardChoice = ({
  load,
  spillAbove,
  nowMs,
}: ShardChoiceDeps): ((room: RoomWorkers) => number) => {
  let reserved: readonly { readonly worker: number; readonly untilMs: number }[] = [];
  return (room) => {
    const now = nowMs();
    reserved = reserved.filter(({ untilMs }) => untilMs > now);
    const taken = (worker: number): number =>
      PEER_SHARE * reserved.filter((peer) => peer.worker === worker).length;
    const candidates = load()
      .filter(({ worker, alive, draining }) => alive && (worker === room.home || !draining))
      .map(({ worker, cpu }) => ({ worker, share: cpu + taken(worker) }));
    const worker = chooseShard(candidates, room, spillAbove);
    reserved = [...reserved, { worker, untilMs: now + RESERVED_MS }];
    return worker;
  };
};

/** The home when there are no candidates at all. */
export const chooseShard = (
  candidates: readonly Candidate[],
  { home, others }: RoomWorkers,
  spillAbove: number,
): number => {
  const rank = ({ worker }: Candidate): number =>
    worker === home ? 0 : others.includes(worker) ? 1 : 2;
  const ranked = candidates.toSorted((a, b) => rank(a) - rank(b) || a.share - b.share);
  const free = ranked.find(({ share }) => share <= spillAbove);
  const least = ranked.toSorted((a, b) => a.share - b.share)[0];
  return (free ?? least)?.worker ?? home;
};
