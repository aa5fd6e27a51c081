// What deciding comes to: facts to append, or a refusal.
import type { ErrorCode, PeerId } from '../protocol/index.ts';
import type { Fact, Place } from './record.ts';

/** A command of one session: refused when that session has been replaced or has left. */
export interface BySession {
  readonly peerId: PeerId;
  readonly session: number;
}

export type Decision =
  | { readonly ok: true; readonly facts: readonly Fact[] }
  | { readonly ok: false; readonly code: ErrorCode };

export const facts = (...made: Fact[]): Decision => ({ ok: true, facts: made });
export const refuse = (code: ErrorCode): Decision => ({ ok: false, code });
/** It is so already. */
export const NOTHING = facts();

/** That a stay on a media node has ended; nothing where there was none. */
export const lostOf = (place: Place | null): readonly Fact[] =>
  place === null ? [] : [{ type: 'media-lost', placement: place.placement, home: place.home }];
