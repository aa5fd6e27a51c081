// How two pages agree on a connection (RFC 9429): one of them always offers, the other always answers,
// and each further round is an ICE restart. Descriptions and candidates that come late or twice are of
// another round, and change nothing.
import type { Cancel, Clock } from '../../signaling/clock.ts';
import type { Candidate, LinkContent } from './link-messages.ts';

/** Candidates that come together go together: messages of the group are few a second. */
const CANDIDATES_TOGETHER_MS = 30;
/** Messages with candidates that may come before the description that they belong to. */
const MOST_EARLY = 16;
/** Of one round: each is an address that this browser sends to because the other said so. */
const MOST_CANDIDATES = 64;

export interface NegotiationDeps {
  readonly connection: RTCPeerConnection;
  readonly isOfferer: boolean;
  readonly clock: Clock;
  /** Never throws. */
  readonly tell: (content: LinkContent) => void;
  /** Who answers: the sections of the first offer are there. Throws when they are not as they should be. */
  readonly onSections: () => void;
  /** Both descriptions of a round are there. Throws when they are not as they should be. */
  readonly onAgreed: () => void;
  /** The browser, or the layout, refuses what the other said. */
  readonly onFailed: () => void;
}

interface Found {
  readonly round: number;
  readonly candidates: readonly Candidate[];
}

export class Negotiation {
  readonly #deps: NegotiationDeps;
  /** The last one that was offered, or answered; 0 before the first. */
  #round = 0;
  #found: Candidate[] = [];
  #cancelFound: Cancel = () => undefined;
  #early: Found[] = [];
  /** Of this round. */
  #candidatesHeard = 0;
  /** One step after the other. */
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(deps: NegotiationDeps) {
    this.#deps = deps;
    deps.connection.onicecandidate = ({ candidate }) => this.#find(candidate);
  }

  /** The first time, or again after the way between the two has been lost or has changed. */
  start(): void {
    if (this.#deps.isOfferer) this.#do(() => this.#offer());
    else this.#deps.tell({ type: 'restart', round: this.#round });
  }

  /** True when the other's wish for another round is not met by one that is under way. */
  isAsked(round: number): boolean {
    return this.#deps.isOfferer && round === this.#round;
  }

  hearOffer(round: number, sdp: string): void {
    this.#do(() => this.#answer(round, sdp));
  }

  hearAnswer(round: number, sdp: string): void {
    this.#do(() => this.#accept(round, sdp));
  }

  hearCandidates(found: Found): void {
    this.#do(() => this.#add(found));
  }

  close(): void {
    this.#closed = true;
    this.#cancelFound();
  }

  #do(step: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : step()))
      .catch(() => {
        if (!this.#closed) this.#deps.onFailed();
      });
  }

  async #offer(): Promise<void> {
    const { connection } = this.#deps;
    this.#tellFound();
    this.#round += 1;
    this.#candidatesHeard = 0;
    const offer = await connection.createOffer({ iceRestart: this.#round > 1 });
    await connection.setLocalDescription(offer);
    this.#tellDescription('offer');
  }

  async #answer(round: number, sdp: string): Promise<void> {
    const { connection, isOfferer, onSections } = this.#deps;
    if (isOfferer || round <= this.#round) return;
    await connection.setRemoteDescription({ type: 'offer', sdp });
    if (this.#round === 0) onSections();
    this.#tellFound();
    this.#round = round;
    this.#candidatesHeard = 0;
    await connection.setLocalDescription(await connection.createAnswer());
    this.#deps.onAgreed();
    this.#tellDescription('answer');
    await this.#addEarly();
  }

  async #accept(round: number, sdp: string): Promise<void> {
    const { connection, isOfferer } = this.#deps;
    const isAwaited = isOfferer && connection.signalingState === 'have-local-offer';
    if (!isAwaited || round !== this.#round) return;
    await connection.setRemoteDescription({ type: 'answer', sdp });
    this.#deps.onAgreed();
    await this.#addEarly();
  }

  #tellDescription(type: 'offer' | 'answer'): void {
    const { connection, tell } = this.#deps;
    const sdp = connection.localDescription?.sdp;
    if (sdp !== undefined) tell({ type, round: this.#round, sdp });
  }

  #find(candidate: RTCIceCandidate | null): void {
    if (this.#closed || candidate === null || candidate.candidate === '') return;
    const { sdpMid, sdpMLineIndex } = candidate;
    this.#found.push({ candidate: candidate.candidate, sdpMid, sdpMLineIndex });
    if (this.#found.length >= MOST_CANDIDATES) this.#tellFound();
    if (this.#found.length !== 1) return;
    this.#cancelFound = this.#deps.clock.after(CANDIDATES_TOGETHER_MS, () => this.#tellFound());
  }

  /** In the round that they belong to. */
  #tellFound(): void {
    this.#cancelFound();
    if (this.#found.length === 0) return;
    this.#deps.tell({ type: 'candidates', round: this.#round, candidates: this.#found });
    this.#found = [];
  }

  async #add({ round, candidates }: Found): Promise<void> {
    const { connection } = this.#deps;
    if (round < this.#round) return;
    const isEarly = round > this.#round || connection.signalingState !== 'stable';
    if (isEarly) {
      if (this.#early.length < MOST_EARLY) this.#early.push({ round, candidates });
      return;
    }
    for (const candidate of candidates) {
      this.#candidatesHeard += 1;
      if (this.#candidatesHeard > MOST_CANDIDATES) return;
      // One of a kind that this browser does not know is no reason to give up the others.
      await connection.addIceCandidate(candidate).catch(() => undefined);
    }
  }

  async #addEarly(): Promise<void> {
    const early = this.#early;
    this.#early = [];
    for (const found of early) await this.#add(found);
  }
}
