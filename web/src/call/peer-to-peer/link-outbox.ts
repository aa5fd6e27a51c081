// What one end of a link tells the other: in order, and again until the server takes it, which it does
// not while it makes the room anew.
import type { Cancel, Clock } from '../../signaling/clock.ts';
import type { LinkContent } from './link-messages.ts';

const AGAIN_MS = 300;
/** A link that has so much to say and cannot has failed already. */
const MOST_WAITING = 64;

/** Of what is only worth something now the last one counts. */
const replaces = (content: LinkContent, former: LinkContent): boolean =>
  (content.type === 'want' && former.type === 'want') ||
  (content.type === 'key-frame' && former.type === 'key-frame' && content.source === former.source);

export interface LinkOutboxDeps {
  readonly clock: Clock;
  /** Rejects when it was not taken. */
  readonly send: (content: LinkContent) => Promise<void>;
}

export class LinkOutbox {
  readonly #deps: LinkOutboxDeps;
  #waiting: readonly LinkContent[] = [];
  #isSending = false;
  #cancelAgain: Cancel = () => undefined;
  #closed = false;

  constructor(deps: LinkOutboxDeps) {
    this.#deps = deps;
  }

  tell(content: LinkContent): void {
    if (this.#closed) return;
    const [head, ...rest] = this.#waiting;
    const others = rest.filter((other) => !replaces(content, other));
    // What is under way stays as it is.
    const waiting = head === undefined ? others : [head, ...others];
    if (waiting.length >= MOST_WAITING) return;
    this.#waiting = [...waiting, content];
    if (!this.#isSending) void this.#run();
  }

  /** The last words, which nobody waits for. */
  close(last?: LinkContent): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelAgain();
    if (last !== undefined) this.#deps.send(last).catch(() => undefined);
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    this.#isSending = true;
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      try {
        await this.#deps.send(next);
      } catch {
        if (!this.#closed) {
          this.#cancelAgain = this.#deps.clock.after(AGAIN_MS, () => void this.#run());
        }
        return;
      }
      if (this.#closed) return;
      this.#waiting = this.#waiting.slice(1);
    }
    this.#isSending = false;
  }
}
