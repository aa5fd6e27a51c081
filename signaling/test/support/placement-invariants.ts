// What holds for the places of any record with people in it (PROTOCOL M8, M17).
import { expect } from 'vitest';
import { needsMedia } from '../../src/rooms/mode-rules.ts';
import { placesOf, type RoomRecord } from '../../src/rooms/record.ts';

/** A room is left only while there is somebody to arrive, and only its home has producers. */
export const holdsPlaces = (record: RoomRecord): void => {
  const { home, leaving, peers, placement } = record;
  const ids = peers.map((peer) => peer.peerId);
  if (!needsMedia(record)) expect(placesOf(record)).toEqual([]);
  if (home === null) {
    const streams = peers.flatMap((peer) => Object.values(peer.streams));
    expect(streams.some(({ producerId }) => producerId)).toBe(false);
  }
  if (leaving === null) return;
  expect(leaving.placement).toBeLessThan(placement);
  expect(new Set(leaving.awaited).size).toBe(leaving.awaited.length);
  expect(ids).toEqual(expect.arrayContaining([...leaving.awaited]));
  if (home !== null) expect(leaving.awaited).not.toEqual([]);
};
