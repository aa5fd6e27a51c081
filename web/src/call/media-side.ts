// One direction of a media session: keeps trying to have a transport with what runs over it.
import { backoffMs } from '../signaling/backoff.ts';
import type { Cancel, Clock } from '../signaling/clock.ts';
import { isOver } from '../signaling/request-error.ts';

interface Closable {
  close(): void;
}

/** What an opened side tells of itself. */
export interface SideNews {
  readonly onConnected: () => void;
  /** It will not work again: the side is opened anew. */
  readonly onFailed: () => void;
}

export interface MediaSideDeps<M extends Closable> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly open: (news: SideNews) => Promise<M>;
  /** Null while there is none. */
  readonly onChange: (media: M | null) => void;
  readonly onRebuilding: () => void;
}

export class MediaSide<M extends Closable> {
  readonly #deps: MediaSideDeps<M>;
  #media: M | null = null;
  #attempt = 0;
  #cancelRetry: Cancel = () => undefined;
  #isKept = false;
  #closed = false;

  constructor(deps: MediaSideDeps<M>) {
    this.#deps = deps;
    void this.#open();
  }

  get media(): M | null {
    return this.#media;
  }

  /** What is open goes on for as long as it works; nothing is opened any more. */
  keep(): void {
    this.#isKept = true;
    this.#cancelRetry();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry();
    this.#drop();
  }

  /** Never rejects. */
  async #open(): Promise<void> {
    // News of an attempt that another one has followed are old.
    let isCurrent = true;
    const onConnected = (): void => {
      if (isCurrent) this.#attempt = 0;
    };
    const onFailed = (): void => {
      if (!isCurrent || this.#closed) return;
      isCurrent = false;
      this.#drop();
      if (this.#isKept) return;
      this.#deps.onRebuilding();
      this.#openLater();
    };
    try {
      const media = await this.#deps.open({ onConnected, onFailed });
      if (this.#closed || this.#isKept || !isCurrent) {
        media.close();
        return;
      }
      this.#media = media;
      this.#deps.onChange(media);
    } catch (error) {
      // Who holds the session makes another under the next placement.
      const isWanted = isCurrent && !this.#closed && !this.#isKept;
      if (isWanted && !isOver(error)) this.#openLater();
    }
  }

  #openLater(): void {
    const wait = backoffMs(this.#attempt, this.#deps.random);
    this.#attempt += 1;
    this.#cancelRetry();
    this.#cancelRetry = this.#deps.clock.after(wait, () => void this.#open());
  }

  #drop(): void {
    const media = this.#media;
    if (media === null) return;
    this.#media = null;
    this.#deps.onChange(null);
    media.close();
  }
}
