// Which counters of one key were opened: the last 1024, as a ring of bits. Looked at before a frame
// is opened (`look`) and written only once it is (`accept`), so that a forged frame changes nothing.

/**
 * Counters behind the highest one that can still be told apart. Raising it lets older frames in
 * after reordering and costs one bit of memory per counter and key.
 */
export const REPLAY_WINDOW = 1024;

const WORD_BITS = 32;

export type ReplayVerdict = 'new' | 'duplicate' | 'too-old';

export class ReplayWindow {
  readonly #bits = new Uint32Array(REPLAY_WINDOW / WORD_BITS);
  #highest = -1;

  /** What `accept` would answer; changes nothing. */
  look(counter: number): ReplayVerdict {
    if (counter > this.#highest) return 'new';
    if (counter <= this.#highest - REPLAY_WINDOW) return 'too-old';
    return this.#isSet(counter) ? 'duplicate' : 'new';
  }

  /** Takes the counter of an authenticated frame; of two with the same one only the first is new. */
  accept(counter: number): ReplayVerdict {
    const verdict = this.look(counter);
    if (verdict !== 'new') return verdict;
    if (counter > this.#highest) this.#advance(counter);
    this.#set(counter);
    return 'new';
  }

  /** Clears the bits of the counters between; the ring holds exactly REPLAY_WINDOW of them. */
  #advance(counter: number): void {
    if (counter - this.#highest >= REPLAY_WINDOW) this.#bits.fill(0);
    else for (let each = this.#highest + 1; each <= counter; each += 1) this.#clear(each);
    this.#highest = counter;
  }

  #isSet(counter: number): boolean {
    return ((this.#word(counter) >>> (counter % WORD_BITS)) & 1) === 1;
  }

  #set(counter: number): void {
    this.#bits[wordIndex(counter)] = this.#word(counter) | (1 << (counter % WORD_BITS));
  }

  #clear(counter: number): void {
    this.#bits[wordIndex(counter)] = this.#word(counter) & ~(1 << (counter % WORD_BITS));
  }

  #word(counter: number): number {
    return this.#bits[wordIndex(counter)] ?? 0;
  }
}

const wordIndex = (counter: number): number => Math.floor((counter % REPLAY_WINDOW) / WORD_BITS);
