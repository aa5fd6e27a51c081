// What follows from a record for the way that its media travels. Pure; decide-mode.ts makes facts of it,
// call-modes.ts watches for what has to happen later (PROTOCOL C1–C8).
import type { CallMode, SfuReason } from '../protocol/index.ts';
import { placesOf, type RoomRecord } from './record.ts';

/** `sfu-only`: the server's calls go through the media node, however few people are in them. */
export type CallModePolicy = 'auto' | 'sfu-only';

/** More than this many do not send to each other directly. */
export const DIRECT_MOST = 2;

/** Why these people, as they are now, cannot be connected directly; null when they can. */
export const hindranceOf = ({ peers, failedPair }: RoomRecord): SfuReason | null => {
  if (peers.length > DIRECT_MOST) return 'people';
  if (peers.some(({ direct }) => !direct)) return 'address-hidden';
  const isFailed = peers.length === DIRECT_MOST && failedPair !== null;
  return isFailed ? 'not-connected' : null;
};

/** Whether the media node is used or made ready to be used. */
export const needsMedia = ({ mode, peers }: RoomRecord): boolean =>
  peers.length > 0 && (mode.type === 'sfu' || mode.standby);

export const lacksHome = (record: RoomRecord): boolean =>
  record.home === null && needsMedia(record);

/** Whether a call may leave the media node as soon as it has been so for long enough. */
export const mayGoDirect = (record: RoomRecord): boolean =>
  record.mode.type === 'sfu' &&
  record.mode.reason !== 'server' &&
  record.peers.length > 0 &&
  hindranceOf(record) === null &&
  record.peers.every(({ connected }) => connected);

/** Of a call that goes direct: the media node is left when everything has arrived. */
export const directMode = (record: RoomRecord): CallMode => ({
  type: 'p2p',
  standby: record.peers.length === DIRECT_MOST && placesOf(record).length > 0,
  arrived: [],
});
