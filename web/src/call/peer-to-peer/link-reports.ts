// What the server is told of a link: that it takes long, that it is given up, that all has come over it
// (PROTOCOL C5–C7).
import type { PeerId, PeerToPeerOutcome } from '@sotto/signaling/protocol';
import type { Cancel, Clock } from '../../signaling/clock.ts';
import { type LinkView, wantedOther } from './link-view.ts';

/** A person notices a second and a half without a picture: the media node is made ready. */
export const SLOW_MS = 1_500;
/** TURN included; later than this the call goes through the media node. */
export const FAILED_MS = 5_000;

export interface LinkReportsDeps {
  readonly clock: Clock;
  /** The request `peer-to-peer`. */
  readonly report: (other: PeerId, outcome: PeerToPeerOutcome) => Promise<unknown>;
  /** The link has not come up in time. */
  readonly onLate: () => void;
}

export class LinkReports {
  readonly #deps: LinkReportsDeps;
  #other: PeerId | null = null;
  #reported: PeerToPeerOutcome | null = null;
  /** While the wanted link is not up: ends what is to come of it. */
  #cancelDown: Cancel | null = null;

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
    if (isUp || !isConnected) this.#settle();
    else this.#cancelDown ??= this.#waitForLink();
    if (!isUp) return;
    if (this.#reported === 'slow' || !mode.standby) this.#reported = null;
    const isAwaited = mode.standby && !mode.arrived.includes(selfPeerId);
    if (isAwaited && hasArrived.p2p) this.#report('arrived');
  }

  fail(): void {
    this.#settle();
    this.#report('failed');
  }

  /** Nothing has been told yet. */
  reset(): void {
    this.#settle();
    this.#reported = null;
  }

  close(): void {
    this.reset();
    this.#other = null;
  }

  #waitForLink(): Cancel {
    const { clock, onLate } = this.#deps;
    const cancels = [
      clock.after(SLOW_MS, () => this.#report('slow')),
      clock.after(FAILED_MS, onLate),
    ];
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  #settle(): void {
    this.#cancelDown?.();
    this.#cancelDown = null;
  }

  /** Each once, until something else is so. */
  #report(outcome: PeerToPeerOutcome): void {
    if (this.#other === null || this.#reported === outcome) return;
    this.#reported = outcome;
    this.#deps.report(this.#other, outcome).catch(() => {
      if (this.#reported === outcome) this.#reported = null;
    });
  }
}
