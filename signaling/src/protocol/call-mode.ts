// How a call's media travels, as a fact of the room's record (PROTOCOL C1–C8).
import * as z from 'zod/mini';
import { PeerId } from './common.ts';

/** Why a call goes through the media node. */
export const SfuReason = z.enum([
  /** This server knows no other way (`CALL_MODE=sfu-only`). */
  'server',
  /** There are more than two. */
  'people',
  /** Somebody hides their network address. */
  'address-hidden',
  /** These two could not reach each other. */
  'not-connected',
]);
export type SfuReason = z.infer<typeof SfuReason>;

/**
 * Peer to peer: `standby` says that the media node is used, or made ready to be used, at the same
 * time: while the call moves over from it, and while the two have not reached each other.
 * `arrived` are those who have told that all they should receive from the other has come.
 */
export const CallMode = z.discriminatedUnion('type', [
  z.object({ type: z.literal('p2p'), standby: z.boolean(), arrived: z.array(PeerId) }),
  z.object({ type: z.literal('sfu'), reason: SfuReason }),
]);
export type CallMode = z.infer<typeof CallMode>;

/** What came of reaching the other directly: not yet, or everything has come, or it is given up. */
export const PeerToPeerOutcome = z.enum(['slow', 'arrived', 'failed']);
export type PeerToPeerOutcome = z.infer<typeof PeerToPeerOutcome>;
