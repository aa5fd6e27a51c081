// When a connection restarts ICE, and when that is given up: for the transports to the media node and
// for peer to peer alike. Knows nothing of either: it is told states, and asks for restarts.
import type { Cancel, Clock } from '../../signaling/clock.ts';

/** An interface that goes and another that comes are told one by one, each more than once. */
const SETTLE_MS = 200;

export type LinkState = RTCIceConnectionState | RTCPeerConnectionState;

/**
 * `done`: both ends have new ICE credentials. `away`: it could not be agreed on now, and is tried
 * again. `over`: what this belongs to has ended, and somebody else makes it anew.
 */
export type RestartOutcome = 'done' | 'away' | 'over';

export interface RecoveryDeps {
  readonly clock: Clock;
  /** A link may be `disconnected` this long: shorter interruptions pass by themselves. */
  readonly disconnectedMs: number;
  /** A restarted link that is not connected by then is given up. Signaling's absence does not count. */
  readonly giveUpMs: number;
  /** Never asked for again before it is settled. Rejects when it is refused. */
  readonly restart: () => Promise<RestartOutcome>;
  /** Once, and last. */
  readonly onGivenUp: () => void;
}

type Step =
  /** Nothing is wrong, as far as one knows. */
  | 'watching'
  /** Disconnected, which may pass. */
  | 'hoping'
  /** A restart is wanted in a moment. */
  | 'settling'
  /** A restart is wanted as soon as signaling is there. */
  | 'away'
  | 'restarting'
  /** Restarted, or being restarted by the other end, and not connected yet. */
  | 'proving'
  | 'closed';

const isUp = (link: LinkState): boolean => link === 'connected' || link === 'completed';

export class Recovery {
  readonly #deps: RecoveryDeps;
  #step: Step = 'watching';
  #link: LinkState = 'new';
  #wasUp = false;
  #hasSignaling = true;
  /** The network changed while a restart was under way: what was gathered may be of the old one. */
  #isStale = false;
  #cancelTimer: Cancel = () => undefined;

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  /** Of the RTCPeerConnection, or of its ICE. */
  onState(link: LinkState): void {
    this.#link = link;
    switch (link) {
      case 'connected':
      case 'completed':
        this.#wasUp = true;
        // A change of the network calls for a restart all the same: this may be the old one's way.
        if (this.#step !== 'restarting' && this.#step !== 'settling') this.#enter('watching');
        return;
      case 'disconnected':
        if (this.#step === 'watching') {
          this.#enter('hoping', this.#deps.disconnectedMs, () => this.#restart());
        }
        return;
      case 'failed':
        if (this.#isCalm()) this.#restart();
        return;
      case 'connecting':
      case 'checking':
        // For the first time it takes as long as the browser lets it.
        if (this.#wasUp && this.#isCalm()) this.#prove();
        return;
      case 'closed':
        this.close();
        return;
      case 'new':
        return;
    }
  }

  /** The way out may be another one: an interface, an address, other relays. */
  onNetworkChange(): void {
    if (this.#link === 'new') return;
    if (this.#step === 'restarting') this.#isStale = true;
    else this.#enter('settling', SETTLE_MS, () => this.#restart());
  }

  /** Whether what carries a restart's agreement is there; it is until told otherwise. */
  onSignaling(isThere: boolean): void {
    this.#hasSignaling = isThere;
    if (isThere && this.#step === 'away') this.#restart();
    // Without it nothing can be tried, so nothing is given up.
    if (!isThere && this.#step === 'proving') this.#enter('away');
  }

  close(): void {
    this.#enter('closed');
  }

  #isCalm(): boolean {
    return this.#step === 'watching' || this.#step === 'hoping';
  }

  #enter(step: Step, ms?: number, then?: () => void): void {
    if (this.#step === 'closed') return;
    this.#cancelTimer();
    this.#step = step;
    if (ms !== undefined && then !== undefined) {
      this.#cancelTimer = this.#deps.clock.after(ms, then);
    }
  }

  #restart(): void {
    if (this.#step === 'closed') return;
    if (!this.#hasSignaling) {
      this.#enter('away');
      return;
    }
    this.#isStale = false;
    this.#enter('restarting');
    this.#deps.restart().then(
      (outcome) => this.#settle(outcome),
      () => this.#settle('refused'),
    );
  }

  #settle(outcome: RestartOutcome | 'refused'): void {
    if (this.#step === 'closed') return;
    switch (outcome) {
      case 'over':
        this.close();
        return;
      case 'away':
        this.#enter('settling', this.#deps.disconnectedMs, () => this.#restart());
        return;
      case 'done':
        if (this.#isStale) this.#restart();
        else if (isUp(this.#link)) this.#enter('watching');
        else this.#prove();
        return;
      case 'refused':
        // What works is not given up for that; ICE will say if it does not.
        if (isUp(this.#link)) this.#enter('watching');
        else this.#giveUp();
        return;
    }
  }

  #prove(): void {
    if (this.#hasSignaling) this.#enter('proving', this.#deps.giveUpMs, () => this.#giveUp());
    else this.#enter('away');
  }

  #giveUp(): void {
    this.close();
    this.#deps.onGivenUp();
  }
}
