// What the server is told of a link: that it takes long, that it is given up, that all has come over it
// (PROTOCOL C5–C7).
import type { PeerId, PeerToPeerOutcome } from '@sotto/signaling/protocol';
import type { Cancel, Clock } from '../../signaling/clock.ts';
import { type LinkView, wantedOther } from './link-view.ts';

/** A person notices a second and a half without a picture: the media node is made ready. */
export const SLOW_MS = 1_500;
/** TURN included; later than this the call goes through the media node. */
export const FAILED_MS = 5_000;
/**
 * Of a link that has been up: the media node carries by then, and a network that comes back should find
 * the link again rather than two who are not tried any more.
 */
export const LOST_MS = 20_000;
/** For all that is on to come over a link that is up. */
export const ARRIVE_MS = 20_000;

export interface LinkReportsDeps {
  readonly clock: Clock;
  /** The request `peer-to-peer`. */
  readonly report: (other: PeerId, outcome: PeerToPeerOutcome) => Promise<unknown>;
  /** The link has not come up in time, or does not bring what it should. */
  readonly onLate: () => void;
}

export class LinkReports {
  readonly #deps: LinkReportsDeps;
  #other: PeerId | null = null;
  #wasUp = false;
  #reported: PeerToPeerOutcome | null = null;
  /** While the wanted link is not up, or brings too little: ends what is to come of it. */
  #cancelDown: Cancel | null = null;
  #cancelArrival: Cancel | null = null;

  constructor(deps: LinkReportsDeps) {
    this.#deps = deps;
  }

  /** It has been given up with the other one, and is not tried again. */
  get hasFailed(): boolean {
    return this.#reported === 'failed';
  }

  update(view: LinkView, isUp: boolean): void {
    const { mode, selfPeerId, isConnected, hasArrived } = view;
    const other = wantedOther(view);
    if (other !== this.#other) this.reset();
    this.#other = other;
    if (other === null || mode.type !== 'p2p') return;
    // Without the server nothing can be agreed on, and nothing is late.
    if (isUp || !isConnected) this.#stopWaiting();
    else this.#cancelDown ??= this.#waitForLink();
    this.#wasUp ||= isUp;
    const isAwaited = isUp && mode.standby && !mode.arrived.includes(selfPeerId);
    if (!isAwaited) this.#stopArrival();
    if (!isUp) return;
    if (this.#reported === 'slow' || !mode.standby) this.#reported = null;
    if (!isAwaited) return;
    if (hasArrived.p2p) this.#report('arrived');
    else this.#cancelArrival ??= this.#deps.clock.after(ARRIVE_MS, () => this.#deps.onLate());
  }

  fail(): void {
    this.#stopWaiting();
    this.#stopArrival();
    this.#report('failed');
  }

  /** Nothing has been told yet. */
  reset(): void {
    this.#stopWaiting();
    this.#stopArrival();
    this.#wasUp = false;
    this.#reported = null;
  }

  close(): void {
    this.reset();
    this.#other = null;
  }

  /** The time that is left begins when the server knows: it may be the network that is gone. */
  #waitForLink(): Cancel {
    const { clock, onLate } = this.#deps;
    let isWaiting = true;
    let cancel = clock.after(SLOW_MS, () => {
      this.#report('slow', () => {
        if (!isWaiting) return;
        cancel = clock.after(this.#wasUp ? LOST_MS : FAILED_MS - SLOW_MS, onLate);
      });
    });
    return () => {
      isWaiting = false;
      cancel();
    };
  }

  #stopWaiting(): void {
    this.#cancelDown?.();
    this.#cancelDown = null;
  }

  #stopArrival(): void {
    this.#cancelArrival?.();
    this.#cancelArrival = null;
  }

  /** Each once, until something else is so. */
  #report(outcome: PeerToPeerOutcome, onTold?: () => void): void {
    if (this.#other === null || this.#reported === outcome) return;
    this.#reported = outcome;
    this.#deps.report(this.#other, outcome).then(onTold, () => {
      if (this.#reported !== outcome) return;
      this.#reported = null;
      this.#stopWaiting();
    });
  }
}
