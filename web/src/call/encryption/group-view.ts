// The group as people see it: who is in it, what last changed its safety code, and whether the code
// that they compared still stands. Kept from epoch to epoch; the page's memory is all that has it.
import {
  type Comparison,
  describeChange,
  type GroupEpoch,
  type GroupPoint,
  judgeComparison,
  pinRoster,
} from '@sotto/e2ee/page';
import type { GroupChange, GroupState } from '../call-state.ts';

const areSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((entry) => other.has(entry));

export class GroupView {
  #epoch: GroupEpoch | null = null;
  #shown: GroupEpoch | null = null;
  #comparison: Comparison = null;
  #names: ReadonlyMap<string, string> = new Map();
  #announced: ReadonlySet<string> = new Set();
  /** What was described last, while it is so. */
  #state: GroupState | null = null;
  #change: GroupChange = { kind: 'created', names: [], at: 0 };

  /** `nowMs` since the epoch (of time). */
  enter(epoch: GroupEpoch, nowMs: number): void {
    this.#change = { ...describeChange(this.#epoch, epoch), at: nowMs };
    this.#epoch = epoch;
    this.#names = new Map(epoch.roster.map(({ peerId, name }) => [peerId, name]));
    this.#state = null;
  }

  /** The code of this epoch is on screen: false when one is in another by now. */
  showCode({ groupId, epoch }: GroupPoint): boolean {
    if (this.#epoch?.groupId !== groupId || this.#epoch.epoch !== epoch) return false;
    this.#shown = this.#epoch;
    return true;
  }

  /** The person has compared the code that was shown last: whoever came since is not in it. */
  markCompared(): void {
    if (this.#shown !== null) this.#comparison = pinRoster(this.#shown);
    this.#state = null;
  }

  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /** `announced`: whom the server says to be in the room. The same object while nothing has changed. */
  state(selfPeerId: string, announced: ReadonlySet<string>): GroupState | null {
    if (this.#epoch === null) return null;
    if (this.#state === null || !areSame(announced, this.#announced)) {
      this.#announced = announced;
      this.#state = this.#describe(this.#epoch, selfPeerId);
    }
    return this.#state;
  }

  #describe(epoch: GroupEpoch, selfPeerId: string): GroupState {
    const verdict = judgeComparison(this.#comparison, epoch);
    return {
      groupId: epoch.groupId,
      epoch: epoch.epoch,
      roster: epoch.roster.map(({ peerId, name }) => ({
        peerId,
        name,
        isSelf: peerId === selfPeerId,
        isAnnounced: this.#announced.has(peerId),
      })),
      change: this.#change,
      comparison: verdict.state,
      newcomers: verdict.state === 'joined-since' ? verdict.newcomers.map(({ name }) => name) : [],
    };
  }
}
