// The media sessions that a call has: one for the room's placement, and for as long as the room moves the
// one that it had until then (PROTOCOL M17). Which those are follows from the room alone.
import type { ByWay } from './incoming.ts';
import { MediaSession, type MediaSessionDeps } from './media-session.ts';
import type { Wish } from './media-view.ts';
import type { Carrier } from './own-streams.ts';
import type { Room } from './room-state.ts';
import type { ConnectionReading } from './stats/stats-reading.ts';

export type SessionsDeps = Omit<MediaSessionDeps, 'placement'>;

export class Sessions {
  readonly #deps: SessionsDeps;
  #current: MediaSession | null = null;
  #former: MediaSession | null = null;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  /** Of the room; null without one. */
  get current(): MediaSession | null {
    return this.#current;
  }

  /** That the room is leaving; null where it is not, or where this page had none there. */
  get former(): MediaSession | null {
    return this.#former;
  }

  get carriers(): readonly Carrier[] {
    return this.#all.map(({ sender }) => sender).filter((sender) => sender !== null);
  }

  get received(): Pick<ByWay, 'sfu' | 'former'> {
    return { sfu: this.#current?.received ?? [], former: this.#former?.received ?? [] };
  }

  /**
   * Ends what the room has left and begins what it has come to. `hasMoved`: what came by the former session
   * comes by its follower. True when something was ended that nothing took the place of yet.
   */
  follow({ placement, leaving }: Pick<Room, 'placement' | 'leaving'>, hasMoved: boolean): boolean {
    const before = this.#all;
    const former = this.#former;
    const at = (wanted: number | null): MediaSession | null =>
      before.find((session) => session.placement === wanted) ?? null;
    this.#former = at(leaving);
    this.#former?.keep();
    this.#current = at(placement);
    const ended = before.filter((session) => session !== this.#current && session !== this.#former);
    for (const session of ended) session.close();
    if (placement !== null) this.#current ??= this.#begin(placement);
    return ended.some((session) => (session === former ? !hasMoved : this.#former === null));
  }

  want(wish: Wish): void {
    this.#current?.want(wish);
  }

  /** For the statistics. Rejects when a connection went meanwhile. */
  async read(): Promise<readonly ConnectionReading[]> {
    return (await Promise.all(this.#all.map((session) => session.read()))).flat();
  }

  /** Another may begin afterwards. */
  end(): void {
    this.follow({ placement: null, leaving: null }, true);
  }

  get #all(): readonly MediaSession[] {
    return [this.#current, this.#former].filter((session) => session !== null);
  }

  #begin(placement: number): MediaSession {
    const session: MediaSession = new MediaSession({
      ...this.#deps,
      placement,
      // The first is told while it is being made; what is being closed has nothing to tell.
      onChange: () => {
        if (this.#all.includes(session)) this.#deps.onChange();
      },
    });
    return session;
  }
}
