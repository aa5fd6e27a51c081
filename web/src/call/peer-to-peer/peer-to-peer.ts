// When two people have a connection of their own, and what the server is told of it (PROTOCOL C5–C7).
// One of the two offers: the one whose peer id is the lower. The way over from and to the media node is
// call-media.ts's; here a link is kept until both have said that they do not need it any more.
import { PeerId, type StreamSource, type ViewLayer } from '@sotto/signaling/protocol';
import type { Cancel } from '../../signaling/clock.ts';
import { createAllowance } from '../allowance.ts';
import {
  encodeLinkMessage,
  LINK_MESSAGE_KIND,
  type LinkContent,
  type LinkMessage,
  parseLinkMessage,
} from './link-messages.ts';
import { LinkOutbox } from './link-outbox.ts';
import { LinkReports, type LinkReportsDeps, LOST_MS } from './link-reports.ts';
import { type LinkView, wantedOther } from './link-view.ts';
import { PeerLink, type PeerLinkDeps } from './peer-link.ts';

/** Heard of a link before one knows that there is to be one. */
const MOST_EARLY = 16;
/** Links made again after the other's end was lost. */
const AGAIN_ALLOWED = 3;
const AGAIN_WITHIN_MS = 60_000;
/**
 * Other links than the one that there is: each costs this page a connection. Fewer: two whom a third keeps
 * visiting are not heard any more, and take each other for out of reach.
 */
const OFFERS_ALLOWED = 20;
/** The others' reconnecting, with its backoff. */
const REJOIN_MS = 15_000;
/** For what the media node should bring and does not: longer keeps both ways busy. */
const LEAVE_MS = 20_000;
/** Of somebody who hides their address from now on, whatever the other or the server says. */
const HIDE_MS = 5_000;

export interface PeerToPeerDeps extends Pick<
  PeerLinkDeps,
  'encryption' | 'network' | 'preferences' | 'clock'
> {
  /** To one in the group. Rejects when it was not taken. */
  readonly tell: (kind: number, body: Uint8Array<ArrayBuffer>, to: PeerId) => Promise<void>;
  readonly report: LinkReportsDeps['report'];
  /** A UUID. */
  readonly newLinkId: () => string;
  /** Milliseconds by a clock that never goes back. */
  readonly now: () => number;
  /** A link came or went, went up or down, or has something to send over. */
  readonly onChange: () => void;
}

interface Current {
  readonly id: string;
  readonly other: PeerId;
  readonly link: PeerLink;
  readonly outbox: LinkOutbox;
  /** The placement by which oneself, or the other, receives all and needs the link no more. */
  ownMoved: number | null;
  otherMoved: number | null;
  /** Its person hides their address since it is there. */
  isHidden: boolean;
}

interface Early {
  readonly from: PeerId;
  readonly id: string;
  readonly contents: LinkContent[];
}

export class PeerToPeer {
  readonly #deps: PeerToPeerDeps;
  readonly #reports: LinkReports;
  readonly #allowOffer = createAllowance(OFFERS_ALLOWED, AGAIN_WITHIN_MS);
  readonly #allowAgain = createAllowance(AGAIN_ALLOWED, AGAIN_WITHIN_MS);
  #view: LinkView | null = null;
  #current: Current | null = null;
  #early: Early | null = null;
  /** The link is not wanted any more, and ends then at the latest. */
  #cancelLeaving: Cancel | null = null;
  /** Who is missing may be on the way back into a room that was made again. */
  #cancelRejoin: Cancel | null = null;
  #closed = false;

  constructor(deps: PeerToPeerDeps) {
    this.#deps = deps;
    this.#reports = new LinkReports({ ...deps, onLate: () => this.#giveUp() });
  }

  /** To whom there is a link. */
  get other(): PeerId | null {
    return this.#current?.other ?? null;
  }

  get link(): PeerLink | null {
    return this.#current?.link ?? null;
  }

  update(view: LinkView): void {
    this.#view = view;
    if (this.#closed) return;
    const other = wantedOther(view);
    this.#keepOrEnd(view, other);
    const isUp = this.#current?.other === other && this.link?.isUp === true;
    this.#reports.update(view, isUp);
    if (other === null || this.#current !== null || this.#reports.hasFailed) return;
    this.#begin(view, other);
  }

  /** From a member, as the group signed it. */
  hear(from: string, body: Uint8Array): void {
    const message = parseLinkMessage(body);
    const sender = PeerId.safeParse(from).data;
    if (message === undefined || sender === undefined || this.#closed) return;
    if (message.to !== this.#view?.selfPeerId) return;
    const { link: id, content } = message;
    const current = this.#current;
    if (current !== null && current.other === sender && current.id === id) {
      this.#take(current, content);
    } else if (content.type === 'offer' && sender < message.to) {
      if (this.#view.hideAddress || !this.#allowOffer(this.#deps.now())) return;
      this.#early = { from: sender, id, contents: [content] };
      // The other's end was made anew.
      if (current?.other === sender) this.#end(current);
      this.#updateAgain();
    } else if (this.#early?.id === id && this.#early.from === sender) {
      if (this.#early.contents.length < MOST_EARLY) this.#early.contents.push(content);
    }
  }

  want(cam: ViewLayer, screen: ViewLayer): void {
    this.link?.want(cam, screen);
  }

  askForKeyFrame(source: StreamSource): void {
    this.#current?.outbox.tell({ type: 'key-frame', source });
  }

  /** What runs over the link must be made anew: its frames' worker is lost. */
  restart(): void {
    const current = this.#current;
    if (current === null) return;
    this.#end(current, { type: 'closed' });
    this.#updateAgain();
  }

  /** The room was made again: whoever is reached directly is waited for, and the link goes on. */
  rejoin(): void {
    this.#stopRejoining();
    this.#reports.reset();
    this.#cancelRejoin = this.#deps.clock.after(REJOIN_MS, () => {
      this.#cancelRejoin = null;
      this.#updateAgain();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reports.close();
    this.#stopRejoining();
    if (this.#current !== null) this.#end(this.#current);
  }

  #updateAgain(): void {
    if (this.#view !== null) this.update(this.#view);
  }

  #keepOrEnd(view: LinkView, wanted: PeerId | null): void {
    const current = this.#current;
    if (current === null) return;
    const { others, hideAddress } = view;
    const { other, link } = current;
    if (wanted === other) {
      // A move that came to nothing; the other may also tell of one before it is known here.
      if (this.#cancelLeaving !== null) [current.ownMoved, current.otherMoved] = [null, null];
      this.#stopLeaving();
      this.#stopRejoining();
    } else if (!others.some(({ peerId }) => peerId === other)) {
      if (wanted !== null || this.#cancelRejoin === null || !link.isUp) this.#end(current);
    } else {
      if (hideAddress) this.#hide(current);
      if (this.#current === current) this.#leave(view, current);
    }
  }

  /** The media node carries, or is about to: until all has come by it, in both directions. */
  #leave({ mode, placement, hasArrived }: LinkView, current: Current): void {
    if (placement !== null) this.#cancelLeaving ??= this.#endIn(LEAVE_MS, current);
    if (mode.type !== 'sfu' || placement === null || !hasArrived.sfu) return;
    const isNew = current.ownMoved !== placement;
    current.ownMoved = placement;
    const last: LinkContent = { type: 'moved', placement };
    if (current.otherMoved === placement) this.#end(current, isNew ? last : undefined);
    else if (isNew) current.outbox.tell(last);
  }

  #hide(current: Current): void {
    if (!current.link.isUp) {
      this.#end(current);
    } else if (!current.isHidden) {
      current.isHidden = true;
      current.link.hush();
      this.#stopLeaving();
      this.#cancelLeaving = this.#endIn(HIDE_MS, current);
    }
  }

  #endIn(ms: number, current: Current): Cancel {
    return this.#deps.clock.after(ms, () => this.#end(current, { type: 'closed' }));
  }

  #stopLeaving(): void {
    this.#cancelLeaving?.();
    this.#cancelLeaving = null;
  }

  #stopRejoining(): void {
    this.#cancelRejoin?.();
    this.#cancelRejoin = null;
  }

  /** Who answers waits for the offer. */
  #begin(view: LinkView, other: PeerId): void {
    if (view.selfPeerId < other) {
      this.#open(other, this.#deps.newLinkId(), true);
      return;
    }
    const early = this.#early;
    if (early?.from !== other) return;
    this.#early = null;
    const current = this.#open(other, early.id, false);
    for (const content of early.contents) if (current !== null) this.#take(current, content);
  }

  #open(other: PeerId, id: string, isOfferer: boolean): Current | null {
    const { encryption, network, preferences, clock, onChange } = this.#deps;
    const outbox = new LinkOutbox({
      clock,
      send: (content) => {
        const message: LinkMessage = { to: other, link: id, content };
        return this.#deps.tell(LINK_MESSAGE_KIND, encodeLinkMessage(message), other);
      },
    });
    let current: Current | null = null;
    try {
      const link: PeerLink = new PeerLink({
        other,
        isOfferer,
        encryption,
        network,
        preferences,
        clock,
        giveUpMs: LOST_MS,
        tell: (content) => outbox.tell(content),
        onChange,
        onFailed: () => {
          if (this.#current?.link === link) this.#giveUp();
        },
      });
      current = { id, other, link, outbox, ownMoved: null, otherMoved: null, isHidden: false };
    } catch (error) {
      // Nothing can be encrypted on it, so there is none.
      reportError(error);
      outbox.close();
      this.#reports.fail();
    }
    this.#current = current;
    return current;
  }

  #giveUp(): void {
    // First of all, or another link would be begun at once.
    this.#reports.fail();
    if (this.#current !== null) this.#end(this.#current);
  }

  #end(current: Current, last?: LinkContent): void {
    this.#stopLeaving();
    current.outbox.close(last);
    current.link.close();
    if (this.#current === current) this.#current = null;
    this.#deps.onChange();
  }

  #take(current: Current, content: LinkContent): void {
    if (content.type === 'moved') {
      current.otherMoved = content.placement;
      this.#updateAgain();
    } else if (content.type === 'closed') {
      this.#end(current);
      if (this.#allowAgain(this.#deps.now())) this.#updateAgain();
      else this.#reports.fail();
    } else {
      current.link.hear(content);
    }
  }
}
