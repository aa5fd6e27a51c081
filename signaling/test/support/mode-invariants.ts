// What holds for the mode of any record with people in it (PROTOCOL C1, C2).
import { expect } from 'vitest';
import { hindranceOf } from '../../src/rooms/mode-rules.ts';
import type { RoomRecord } from '../../src/rooms/record.ts';

/** What carries the media fits who is there. */
export const holdsMode = (record: RoomRecord): void => {
  const { mode, peers, home, failedPair } = record;
  const ids = peers.map((peer) => peer.peerId);
  const hindrance = hindranceOf(record);
  if (mode.type === 'p2p') {
    expect(hindrance).toBeNull();
    expect(ids).toEqual(expect.arrayContaining(mode.arrived));
    expect(mode.arrived.length).toBeLessThanOrEqual(mode.standby ? 1 : 0);
    if (mode.standby) expect(ids).toHaveLength(2);
    else expect(home).toBeNull();
  } else if (mode.reason !== 'server' && hindrance !== null) {
    expect(mode.reason).toBe(hindrance);
  }
  const pair = failedPair ?? [];
  expect(ids).toEqual(expect.arrayContaining([...pair]));
  expect(new Set(pair).size).toBe(pair.length);
};
