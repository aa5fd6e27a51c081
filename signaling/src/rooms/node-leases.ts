// The port to which processes serve sockets now: each says so again and again, and one that has stopped
// saying so is dead. In memory there is one process; in Redis there are many.
import type { NodeName } from './record.ts';

export interface NodeLeases {
  /** This process: another name at each start, so that nobody takes it for the one before. */
  readonly self: NodeName;
  /** False while it cannot be told, as during and shortly after an outage of the store: nobody is dead then. */
  isDead(node: NodeName): boolean;
  /** Whose lease holds by the last beat that was answered, this process among them. */
  living(): readonly NodeName[];
  /** For how long own beats have failed, one after another; 0 while they do not. */
  failingMs(): number;
  /** Told after each beat that was answered; the answer ends the watch. */
  watch(onBeat: () => void): () => void;
  /** Gives the own lease back, so that nobody waits for it to end. */
  close(): Promise<void>;
}

/** Longer: a dead node's people are taken for present for longer. Shorter: a pause is taken for a death. */
export const LEASE_MS = 6_000;

/** Shorter: more commands. Longer: fewer beats may fail before the lease ends. */
export const BEAT_MS = 2_000;
