// When two people have a connection of their own, and what the server is told of it (PROTOCOL C5–C7).
// One of the two offers: the one whose peer id is the lower. The way over from and to the media node is
// call-media.ts's; here a link is kept until both have said that they do not need it any more.
import {
  PeerId,
  type CallMode,
  type PeerToPeerOutcome,
  type PeerView,
} from '@sotto/signaling/protocol';
import type { ViewLayer } from '@sotto/signaling/protocol';
import type { Cancel } from '../../signaling/clock.ts';
import { createAllowance } from '../allowance.ts';
import {
  encodeLinkMessage,
  LINK_MESSAGE_KIND,
  type LinkContent,
  type LinkMessage,
  parseLinkMessage,
} from './link-messages.ts';
import { PeerLink, type PeerLinkDeps } from './peer-link.ts';

/** A person notices a second and a half without a picture: the media node is made ready. */
export const SLOW_MS = 1_500;
/** TURN included; later than this the call goes through the media node. */
export const FAILED_MS = 5_000;
/** Heard of a link before one knows that there is to be one. */
const MOST_EARLY = 16;
/** Links made again after the other's end was lost. */
const AGAIN_ALLOWED = 3;
const AGAIN_WITHIN_MS = 60_000;

export interface PeerToPeerDeps extends Pick<
  PeerLinkDeps,
  'encryption' | 'network' | 'preferences' | 'clock'
> {
  /** To one in the group. Rejects when it was not taken. */
  readonly tell: (kind: number, body: Uint8Array<ArrayBuffer>, to: PeerId) => Promise<void>;
  /** The request `peer-to-peer`. */
  readonly report: (other: PeerId, outcome: PeerToPeerOutcome) => Promise<unknown>;
  /** A UUID. */
  readonly newLinkId: () => string;
  /** Milliseconds by a clock that never goes back. */
  readonly now: () => number;
  /** A link came or went, went up or down, or has something to send over. */
  readonly onChange: () => void;
}

/** What decides whether there is to be a link, and to whom. */
export interface LinkView {
  readonly selfPeerId: PeerId;
  readonly others: readonly PeerView[];
  readonly mode: CallMode;
  /** By peer id: who has the group's keys. */
  readonly members: ReadonlySet<string>;
  readonly isConnected: boolean;
  /** Everything of the others that is on has come: directly, or through the media node. */
  readonly hasArrived: { readonly p2p: boolean; readonly sfu: boolean };
}

interface Current {
  readonly id: string;
  readonly other: PeerId;
  readonly link: PeerLink;
  /** Who receives all through the media node, and says so. */
  ownMoved: boolean;
  otherMoved: boolean;
}

interface Early {
  readonly from: PeerId;
  readonly id: string;
  readonly contents: LinkContent[];
}

/** Whom to be connected to directly; null for nobody. */
export const wantedOther = ({ mode, others, members }: LinkView): PeerId | null => {
  const [other] = others;
  if (mode.type !== 'p2p' || other === undefined || others.length > 1) return null;
  return members.has(other.peerId) ? other.peerId : null;
};

export class PeerToPeer {
  readonly #deps: PeerToPeerDeps;
  readonly #allowAgain = createAllowance(AGAIN_ALLOWED, AGAIN_WITHIN_MS);
  #view: LinkView | null = null;
  #current: Current | null = null;
  #early: Early | null = null;
  /** While the wanted link is not up: ends what is to come of it. */
  #cancelDown: Cancel | null = null;
  #reported: PeerToPeerOutcome | null = null;
  #closed = false;

  constructor(deps: PeerToPeerDeps) {
    this.#deps = deps;
  }

  get link(): PeerLink | null {
    return this.#current?.link ?? null;
  }

  update(view: LinkView): void {
    this.#view = view;
    if (this.#closed) return;
    const other = wantedOther(view);
    this.#keepOrEnd(view, other);
    const isGivenUp = this.#reported === 'failed';
    if (other !== null && this.#current === null && !isGivenUp) this.#begin(view, other);
    this.#watch(view, other);
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

  askForKeyFrame(source: Extract<LinkContent, { type: 'key-frame' }>['source']): void {
    if (this.#current !== null) this.#tell(this.#current, { type: 'key-frame', source });
  }

  /** What runs over the link must be made anew: its frames' worker is lost. */
  restart(): void {
    const current = this.#current;
    if (current === null) return;
    this.#tell(current, { type: 'closed' });
    this.#end(current);
    this.#updateAgain();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelDown?.();
    if (this.#current !== null) this.#end(this.#current);
  }

  #updateAgain(): void {
    if (this.#view !== null) this.update(this.#view);
  }

  #keepOrEnd({ others, mode, hasArrived }: LinkView, other: PeerId | null): void {
    const current = this.#current;
    if (current === null) return;
    if (!others.some(({ peerId }) => peerId === current.other)) {
      this.#end(current);
    } else if (other === current.other) {
      current.ownMoved = false;
      current.otherMoved = false;
    } else if (mode.type === 'sfu' && hasArrived.sfu) {
      if (!current.ownMoved) this.#tell(current, { type: 'moved' });
      current.ownMoved = true;
      if (current.otherMoved) this.#end(current);
    }
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
    const told: LinkContent[] = [];
    let current: Current | null = null;
    try {
      const link = new PeerLink({
        other,
        isOfferer,
        encryption,
        network,
        preferences,
        clock,
        giveUpMs: FAILED_MS,
        tell: (content) => {
          if (current === null) told.push(content);
          else this.#tell(current, content);
        },
        onChange,
        onFailed: () => {
          if (this.#current?.link !== link) return;
          this.#current = null;
          this.#report('failed');
          onChange();
        },
      });
      current = { id, other, link, ownMoved: false, otherMoved: false };
      for (const content of told) this.#tell(current, content);
    } catch (error) {
      // Nothing can be encrypted on it, so there is none.
      reportError(error);
      this.#report('failed');
    }
    this.#current = current;
    return current;
  }

  #end(current: Current): void {
    current.link.close();
    if (this.#current === current) this.#current = null;
    this.#deps.onChange();
  }

  #take(current: Current, content: LinkContent): void {
    if (content.type === 'moved') {
      if (this.#view?.mode.type !== 'sfu') return;
      current.otherMoved = true;
      if (current.ownMoved) this.#end(current);
    } else if (content.type === 'closed') {
      this.#end(current);
      if (this.#allowAgain(this.#deps.now())) this.#updateAgain();
      else this.#report('failed');
    } else {
      current.link.hear(content);
    }
  }

  /** What is not taken is told again in the next round, which its loss brings about. */
  #tell({ id, other }: Current, content: LinkContent): void {
    const message: LinkMessage = { to: other, link: id, content };
    this.#deps.tell(LINK_MESSAGE_KIND, encodeLinkMessage(message), other).catch(() => undefined);
  }

  #watch(view: LinkView, other: PeerId | null): void {
    const { mode, selfPeerId, isConnected, hasArrived } = view;
    if (other === null || mode.type !== 'p2p') {
      this.#settle();
      this.#reported = null;
      return;
    }
    if (this.#current?.link.isUp === true) {
      this.#settle();
      if (this.#reported === 'slow') this.#reported = null;
      const isAwaited = mode.standby && !mode.arrived.includes(selfPeerId);
      if (isAwaited && hasArrived.p2p) this.#report('arrived');
      if (!mode.standby) this.#reported = null;
      return;
    }
    // Without the server nothing can be agreed on, and nothing is late.
    if (!isConnected) this.#settle();
    else this.#cancelDown ??= this.#waitForLink();
  }

  #waitForLink(): Cancel {
    const { clock } = this.#deps;
    const cancels = [
      clock.after(SLOW_MS, () => this.#report('slow')),
      clock.after(FAILED_MS, () => {
        if (this.#current !== null) this.#end(this.#current);
        this.#report('failed');
      }),
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
    const view = this.#view;
    const other = view === null ? null : wantedOther(view);
    if (other === null || this.#reported === outcome) return;
    this.#reported = outcome;
    this.#deps.report(other, outcome).catch(() => {
      if (this.#reported === outcome) this.#reported = null;
    });
  }
}
