// Which of what is received has been played: looked at only while a call changes its way, when what is
// shown must not move over before there is a picture.
import type { Cancel, Clock } from '../signaling/clock.ts';
import type { Incoming } from './incoming.ts';
import { sumOf } from './stats/sum-of.ts';

/** Longer: the former way is kept on for so much longer, and both cost bandwidth. */
const LOOK_EVERY_MS = 100;

export interface ArrivalsDeps {
  readonly clock: Clock;
  /** A frame of it was opened: all that sound needs. */
  readonly isOpened: (incoming: Incoming) => boolean;
  readonly onArrived: () => void;
}

export class Arrivals {
  readonly #deps: ArrivalsDeps;
  readonly #arrived = new WeakSet<Incoming['receiver']>();
  /** Played before it was forgotten; null until the next look. */
  readonly #before = new WeakMap<Incoming['receiver'], number | null>();
  #awaited: readonly Incoming[] = [];
  #cancel: Cancel | null = null;

  constructor(deps: ArrivalsDeps) {
    this.#deps = deps;
  }

  has({ receiver }: Incoming): boolean {
    return this.#arrived.has(receiver);
  }

  /** What came of it is over: only something new counts. */
  forget({ receiver }: Incoming): void {
    if (this.#arrived.delete(receiver)) this.#before.set(receiver, null);
  }

  /** From now on these are looked at, until they have arrived; none ends it. */
  await(incoming: readonly Incoming[]): void {
    this.#awaited = incoming.filter((one) => !this.has(one));
    if (this.#awaited.length === 0) this.close();
    else this.#cancel ??= this.#later();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#awaited = [];
  }

  #later(): Cancel {
    return this.#deps.clock.after(LOOK_EVERY_MS, () => void this.#look());
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const looked = await Promise.all(
      this.#awaited.map(async (incoming) => ({ incoming, is: await this.#isPlayed(incoming) })),
    );
    const arrived = looked.filter(({ is }) => is);
    for (const { incoming } of arrived) this.#arrived.add(incoming.receiver);
    this.#awaited = this.#awaited.filter((one) => !this.has(one));
    if (this.#cancel === null) return;
    this.#cancel = this.#awaited.length === 0 ? null : this.#later();
    if (arrived.length > 0) this.#deps.onArrived();
  }

  /** False where the browser does not tell. */
  async #isPlayed(incoming: Incoming): Promise<boolean> {
    const { receiver, track } = incoming;
    if (!this.#deps.isOpened(incoming)) return false;
    try {
      // W3C WebRTC Statistics §8.5.
      const counted = track.kind === 'audio' ? 'packetsReceived' : 'framesDecoded';
      const played = sumOf(await receiver.getStats(), 'inbound-rtp', counted);
      const before = this.#before.get(receiver);
      if (before === null) this.#before.set(receiver, played);
      return before !== null && played > (before ?? 0);
    } catch {
      return false;
    }
  }
}
