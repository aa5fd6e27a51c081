// Who is dead, judged by what the place of the leases answers to one's beats. All times are that place's.
import { LEASE_MS } from './node-leases.ts';
import type { NodeName } from './record.ts';

export interface BeatAnswer {
  readonly nowMs: number;
  /** Whether the own lease had neither ended nor been lost since the beat before. */
  readonly held: boolean;
  readonly living: readonly NodeName[];
  /** Whose lease has ended, until that is so long ago that nobody asks any more. */
  readonly ended: readonly NodeName[];
}

export class LeaseJudge {
  #answer: BeatAnswer | null = null;
  /** Since when beats have been answered without a break, and the place has forgotten nothing. */
  #sinceMs: number | null = null;
  #beatsSent = 0;
  #beatsAnswered = 0;
  /** Names that the place did not know when they were asked for, and how many beats had been sent then. */
  readonly #unknown = new Map<NodeName, number>();

  sent(): void {
    this.#beatsSent += 1;
  }

  /** Of the beat that was sent last. */
  answered(answer: BeatAnswer): void {
    if (!answer.held || this.#sinceMs === null) this.#sinceMs = answer.nowMs;
    this.#answer = answer;
    this.#beatsAnswered = this.#beatsSent;
    for (const name of [...answer.living, ...answer.ended]) this.#unknown.delete(name);
  }

  /** A beat was not answered, or the way to the place was lost: who could not say so is not dead. */
  interrupted(): void {
    this.#sinceMs = null;
    this.#answer = null;
    this.#unknown.clear();
  }

  get living(): readonly NodeName[] {
    return this.#answer?.living ?? [];
  }

  isDead(name: NodeName): boolean {
    const answer = this.#answer;
    if (answer === null || this.#sinceMs === null) return false;
    if (answer.nowMs - this.#sinceMs < LEASE_MS || answer.living.includes(name)) return false;
    if (answer.ended.includes(name)) return true;
    // It may have begun after that beat: a later one would have told.
    const sentBefore = this.#unknown.get(name);
    if (sentBefore !== undefined) return this.#beatsAnswered > sentBefore;
    this.#unknown.set(name, this.#beatsSent);
    return false;
  }
}
