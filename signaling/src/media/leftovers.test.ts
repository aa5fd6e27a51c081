// What a media node holds beside what a record names (PROTOCOL M12).
import { expect, it } from 'vitest';
import { newHead, newIncarnation, newNodeName, newPeerId, newProducerId } from '../random.ts';
import { emptyRecord } from '../rooms/evolve.ts';
import type { RoomPeer, RoomRecord } from '../rooms/record.ts';
import { leftoverOf, lostAt, namesProducers } from './leftovers.ts';

const [ada, bob] = [newPeerId(), newPeerId()];

const peer = (peerId: RoomPeer['peerId']): RoomPeer => ({
  peerId,
  session: 1,
  connected: true,
  node: newNodeName(),
  direct: true,
  streams: {
    mic: { on: true },
    cam: { on: false },
    screen: { on: false },
    screenAudio: { on: false },
  },
});

const record = (changes: Partial<RoomRecord> = {}): RoomRecord => ({
  ...emptyRecord(newIncarnation(), newHead()),
  placement: 7,
  home: { nodeId: 'n1', worker: 0 },
  peers: [peer(ada)],
  ...changes,
});

const held = { roomId: 'r', placement: 7, worker: 0, peerIds: [ada, bob] };

it('M12 a room that the record places there keeps those peers that are in it', () => {
  expect(leftoverOf('n1', held, record())).toEqual({ kind: 'peers', peerIds: [bob] });
  const both = record({ peers: [peer(ada), peer(bob)] });
  expect(leftoverOf('n1', held, both)).toEqual({ kind: 'peers', peerIds: [] });
});

it.each([
  ['of which there is no record', null],
  ['that has no home', record({ home: null })],
  ['whose home is another node', record({ home: { nodeId: 'n2', worker: 0 } })],
  ['whose home is another life of the node', record({ home: { nodeId: 'n1.2', worker: 0 } })],
  ['under a later placement', record({ placement: 8 })],
  ['under an earlier placement, of another life of the room', record({ placement: 6 })],
])('M12 a room %s is closed', (_what, known) => {
  expect(leftoverOf('n1', held, known)).toEqual({ kind: 'room' });
});

it('M13 a producer in the record says that there was a room', () => {
  expect(namesProducers(record())).toBe(false);
  const [first = peer(ada)] = record().peers;
  const streams = { ...first.streams, cam: { on: false, producerId: newProducerId() } };
  expect(namesProducers(record({ peers: [peer(bob), { ...first, streams }] }))).toBe(true);
});

const elsewhere = { nodeId: 'n2', worker: 0 };

/** Moves from `held`, on n1, to another home. */
const moving = (home: RoomRecord['home']): RoomRecord =>
  record({
    placement: 9,
    home,
    leaving: { placement: 7, home: { nodeId: 'n1', worker: 0 }, awaited: [ada] },
  });

it.each([
  ['another node', elsewhere],
  ['another worker', { nodeId: 'n1', worker: 1 }],
  ['nowhere yet', null],
])('M12 M17 what a room moves from, to %s, stays, without those who have left', (_where, home) => {
  expect(leftoverOf('n1', held, moving(home))).toEqual({ kind: 'peers', peerIds: [bob] });
  expect(leftoverOf('n2', held, moving(home))).toEqual({ kind: 'room' });
});

it.each([6, 8, 10])(
  'M12 M17 what a room that moves has beside its two placements is closed: %i',
  (placement) => {
    expect(leftoverOf('n1', { ...held, placement }, moving(elsewhere))).toEqual({ kind: 'room' });
  },
);

it('M13 M17 where a room moves from it has been; its new home may not have been opened yet', () => {
  const record = moving({ nodeId: 'n1', worker: 1 });
  expect(lostAt('n1', record, [held])).toEqual([]);
  expect(lostAt('n1', record, [{ ...held, placement: 9 }])).toEqual([7]);
  expect(lostAt('n1', record, [])).toEqual([7]);
  expect(lostAt('n2', record, [])).toEqual([]);
  const [first = peer(ada)] = record.peers;
  const streams = { ...first.streams, mic: { on: true, producerId: newProducerId() } };
  const sending = { ...record, peers: [{ ...first, streams }] };
  expect(lostAt('n1', sending, [held])).toEqual([9]);
  expect(lostAt('n1', sending, [])).toEqual([9, 7]);
});
