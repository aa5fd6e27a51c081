// How the record's mode follows from who is there and from what they say (PROTOCOL C1–C8).
import { describe, expect, it } from 'vitest';
import { factsOf, join, NODE, roomOf, step } from '../../test/support/decisions.ts';
import { as } from '../../test/support/group-commands.ts';
import type { CallMode, PeerId, PeerToPeerOutcome, SfuReason } from '../protocol/index.ts';
import { newPeerId, newProducerId } from '../random.ts';
import type { Command } from './decide.ts';
import { DIRECT } from './evolve.ts';
import { needsMedia } from './mode-rules.ts';
import { findPeer, type RoomRecord } from './record.ts';

const [ada, bob, carol] = [newPeerId(), newPeerId(), newPeerId()];
const home = { nodeId: 'local', worker: 0 };
const GO_DIRECT = { type: 'go-direct' } as const;

const sfu = (reason: SfuReason): CallMode => ({ type: 'sfu', reason });
const standby = (...arrived: PeerId[]): CallMode => ({ type: 'p2p', standby: true, arrived });

const steps = (record: RoomRecord, ...made: readonly ((now: RoomRecord) => Command)[]) =>
  made.reduce((reached, command) => step(reached, command(reached)), record);

const joins = (peerId: PeerId, direct = true) => join(peerId, 10, { direct });
const says =
  (peerId: PeerId, outcome: PeerToPeerOutcome, other: PeerId) =>
  (record: RoomRecord): Command => ({
    type: 'peer-to-peer',
    outcome,
    with: other,
    ...as(record, peerId),
  });
const leaves =
  (peerId: PeerId) =>
  (record: RoomRecord): Command => ({ type: 'leave', reason: 'left', ...as(record, peerId) });
const hides =
  (peerId: PeerId, direct = false) =>
  (record: RoomRecord): Command => ({ type: 'set-direct', direct, ...as(record, peerId) });
const disconnects =
  (peerId: PeerId) =>
  (record: RoomRecord): Command => ({ type: 'disconnect', ...as(record, peerId) });
const placed = (record: RoomRecord): Command => ({
  type: 'place',
  placement: record.placement + 1,
  home,
});
const produced = (record: RoomRecord): Command => ({
  type: 'produced',
  source: 'mic',
  producerId: newProducerId(),
  on: true,
  placement: record.placement,
  ...as(record, ada),
});

const two = () => roomOf(joins(ada), joins(bob));
const three = () => steps(two(), () => joins(carol), placed);

describe('modes', () => {
  it('C1 one and two people are direct, and no media node is needed', () => {
    for (const record of [roomOf(joins(ada)), two()]) {
      expect(record.mode).toEqual(DIRECT);
      expect(needsMedia(record)).toBe(false);
      expect(factsOf(record, placed(record))).toBe('stale-placement');
    }
  });

  it('C2 the third join and its mode change are one decision', () => {
    expect(factsOf(two(), joins(carol))).toEqual(['peer-joined', 'mode-changed']);
    expect(three().mode).toEqual(sfu('people'));
  });

  it('C2 the third finds the media node ready when it was on standby', () => {
    const waiting = steps(two(), says(ada, 'slow', bob), placed);
    const record = step(waiting, joins(carol));
    expect(record).toMatchObject({ mode: sfu('people'), home, placement: waiting.placement });
  });

  it('C3 a server that knows no other way says so with the first join, and for good', () => {
    const first = join(ada, 10, { callMode: 'sfu-only' });
    expect(factsOf(null, first)).toEqual(['peer-joined', 'mode-changed']);
    const record = steps(
      roomOf(first),
      () => joins(bob, false),
      () => joins(carol),
      leaves(bob),
      leaves(carol),
    );
    expect(record.mode).toEqual(sfu('server'));
    expect(factsOf(record, GO_DIRECT)).toEqual([]);
    // Whatever another server took the room for, and once.
    const late = join(bob, 10, { callMode: 'sfu-only' });
    expect(step(roomOf(joins(ada)), late).mode).toEqual(sfu('server'));
    expect(step(three(), join(ada, 10, { callMode: 'sfu-only' })).mode).toEqual(sfu('server'));
    expect(factsOf(record, first)).toEqual(['peer-resumed']);
  });

  it('C4 a hidden address keeps the room on the media node, by a join and at any time', () => {
    expect(step(roomOf(joins(ada)), joins(bob, false)).mode).toEqual(sfu('address-hidden'));
    expect(roomOf(joins(ada, false)).mode).toEqual(sfu('address-hidden'));
    const room = two();
    expect(factsOf(room, hides(bob)(room))).toEqual(['direct-changed', 'mode-changed']);
    expect(factsOf(room, hides(bob, true)(room))).toEqual([]);
    const hidden = step(room, hides(bob)(room));
    expect(hidden.mode).toEqual(sfu('address-hidden'));
    expect(factsOf(hidden, GO_DIRECT)).toEqual([]);
    expect(factsOf(step(hidden, hides(bob, true)(hidden)), GO_DIRECT)).toEqual(['mode-changed']);
  });

  it('C4 who joins again says it again', () => {
    const room = two();
    expect(factsOf(room, joins(ada))).toEqual(['peer-resumed']);
    expect(factsOf(room, joins(ada, false))).toEqual([
      'peer-resumed',
      'direct-changed',
      'mode-changed',
    ]);
  });

  it('C2 C8 the reason is the one that holds now', () => {
    const failed = steps(two(), says(ada, 'failed', bob));
    expect(failed.mode).toEqual(sfu('not-connected'));
    const more = step(failed, joins(carol));
    expect(more.mode).toEqual(sfu('people'));
    const back = steps(more, leaves(carol));
    expect(back.mode).toEqual(sfu('not-connected'));
    expect(steps(back, hides(ada)).mode).toEqual(sfu('address-hidden'));
    // Nothing is said of a way back that is only waited for.
    expect(steps(three(), leaves(carol)).mode).toEqual(sfu('people'));
  });
});

describe('the way to each other', () => {
  it('C5 slow: the media node is made ready, and a producer is taken there', () => {
    const slow = steps(two(), says(ada, 'slow', bob));
    expect(slow.mode).toEqual(standby());
    expect(needsMedia(slow)).toBe(true);
    const ready = steps(slow, placed, produced);
    expect(findPeer(ready, ada)?.streams.mic.producerId).toBeDefined();
    // Again, by either of them, it changes nothing.
    for (const by of [says(ada, 'slow', bob), says(bob, 'slow', ada)]) {
      expect(factsOf(ready, by(ready))).toEqual([]);
    }
  });

  it('C6 arrived at both: the media node is left, in the same decision, and its producers gone', () => {
    const ready = steps(two(), says(bob, 'slow', ada), placed, produced);
    const half = steps(ready, says(bob, 'arrived', ada));
    expect(half).toMatchObject({ mode: standby(bob), home });
    expect(factsOf(half, says(bob, 'arrived', ada)(half))).toEqual([]);
    const last = says(ada, 'arrived', bob)(half);
    expect(factsOf(half, last)).toEqual(['mode-changed', 'media-lost']);
    const direct = step(half, last);
    expect(direct).toMatchObject({ mode: DIRECT, home: null, placement: ready.placement });
    expect(findPeer(direct, ada)?.streams.mic).toEqual({ on: true });
    expect(factsOf(direct, last)).toEqual([]);
  });

  it('C6 what had arrived and is slow again has not arrived', () => {
    const half = steps(two(), says(ada, 'slow', bob), says(bob, 'arrived', ada));
    const again = steps(half, says(bob, 'slow', ada));
    expect(again.mode).toEqual(standby());
    expect(steps(again, says(ada, 'arrived', bob)).mode).toEqual(standby(ada));
  });

  it('C6 to who joins anew all has to arrive again', () => {
    const half = steps(two(), says(ada, 'slow', bob), says(bob, 'arrived', ada));
    expect(factsOf(half, joins(ada))).toEqual(['peer-resumed']);
    const anew = step(half, joins(bob));
    expect(anew.mode).toEqual(standby());
    expect(step(half, { type: 'resume', peerId: bob, node: NODE }).mode).toEqual(standby(bob));
  });

  it('C7 failed: the media node, and this pair does not try again while both are here', () => {
    const failed = steps(two(), says(bob, 'failed', ada), placed);
    expect(failed.mode).toEqual(sfu('not-connected'));
    expect(factsOf(failed, GO_DIRECT)).toEqual([]);
    const three = steps(failed, () => joins(carol), leaves(carol));
    expect(factsOf(three, GO_DIRECT)).toEqual([]);
    const others = steps(failed, () => joins(carol), leaves(bob));
    expect(steps(others, () => GO_DIRECT).mode).toEqual(standby());
    const back = steps(failed, leaves(bob), () => joins(bob));
    expect(steps(back, () => GO_DIRECT).mode).toEqual(standby());
  });

  it('C5 C6 C7 whatever comes late, again, or about somebody else changes nothing', () => {
    const outcomes = ['slow', 'arrived', 'failed'] as const;
    const rooms = [
      [roomOf(joins(ada)), ada, bob],
      [two(), ada, ada],
      [two(), ada, carol],
      [three(), ada, bob],
      [steps(three(), leaves(carol)), ada, bob],
      [steps(two(), says(ada, 'failed', bob)), bob, ada],
      [steps(two(), hides(ada)), bob, ada],
    ] as const;
    for (const [room, by, about] of rooms) {
      for (const outcome of outcomes) {
        expect(factsOf(room, says(by, outcome, about)(room)), outcome).toEqual([]);
      }
    }
    expect(factsOf(two(), says(ada, 'arrived', bob)(two()))).toEqual([]);
    const old = { ...says(ada, 'failed', bob)(two()), session: 77 };
    expect(factsOf(two(), old)).toBe('not-joined');
  });

  it('C6 C7 in every order of what both can say, the room is in one of three states that fit', () => {
    const words = [ada, bob].flatMap((peerId) =>
      (['slow', 'arrived', 'failed'] as const).map((outcome) =>
        says(peerId, outcome, peerId === ada ? bob : ada),
      ),
    );
    const seen = new Set<string>();
    const visit = (room: RoomRecord, depth: number): void => {
      const { mode } = room;
      seen.add(mode.type === 'sfu' ? mode.reason : `standby ${mode.standby}`);
      expect(room.home !== null && !needsMedia(room)).toBe(false);
      expect(mode.type === 'p2p' && !mode.standby && mode.arrived.length > 0).toBe(false);
      expect(mode.type === 'p2p' && mode.arrived.length === 2).toBe(false);
      if (mode.type === 'sfu') expect(new Set(room.failedPair)).toEqual(new Set([ada, bob]));
      if (depth === 0) return;
      for (const word of words) visit(steps(room, word), depth - 1);
      if (room.home === null && needsMedia(room)) visit(steps(room, placed), depth - 1);
    };
    visit(two(), 4);
    expect(seen).toEqual(new Set(['standby false', 'standby true', 'not-connected']));
  });
});

describe('the way back', () => {
  it('C8 two go direct and keep the media node until all has arrived; without a home at once', () => {
    const back = steps(three(), leaves(carol), () => GO_DIRECT);
    expect(back).toMatchObject({ mode: standby(), home });
    const homeless = steps(
      two(),
      () => joins(carol),
      leaves(carol),
      () => GO_DIRECT,
    );
    expect(homeless).toMatchObject({ mode: DIRECT, home: null });
  });

  it('C8 one alone goes direct, and the media node is left', () => {
    const alone = steps(three(), leaves(carol), leaves(bob));
    expect(factsOf(alone, GO_DIRECT)).toEqual(['mode-changed', 'media-lost']);
    expect(step(alone, GO_DIRECT)).toMatchObject({ mode: DIRECT, home: null });
  });

  it('C8 not while more are here, or one of them is away', () => {
    expect(factsOf(three(), GO_DIRECT)).toEqual([]);
    const away = steps(three(), leaves(carol), disconnects(bob));
    expect(factsOf(away, GO_DIRECT)).toEqual([]);
    const back = step(away, { type: 'resume', peerId: bob, node: NODE });
    expect(factsOf(back, GO_DIRECT)).toEqual(['mode-changed']);
    expect(factsOf(two(), GO_DIRECT)).toEqual([]);
    expect(factsOf(null, GO_DIRECT)).toBe('room-reset');
  });

  it('C8 who leaves during the change takes standby and home with them', () => {
    const changing = steps(three(), leaves(carol), () => GO_DIRECT, says(bob, 'arrived', ada));
    const leave = leaves(ada)(changing);
    expect(factsOf(changing, leave)).toEqual(['peer-left', 'mode-changed', 'media-lost']);
    expect(step(changing, leave)).toMatchObject({ mode: DIRECT, home: null });
    // The last one takes the room.
    const alone = step(changing, leave);
    expect(factsOf(alone, leaves(bob)(alone))).toEqual(['peer-left']);
  });

  it('C8 a worker that dies on standby is replaced, and on the way there too', () => {
    const changing = steps(three(), leaves(carol), () => GO_DIRECT);
    const lost = step(changing, { type: 'lose-media', placement: changing.placement });
    expect(lost).toMatchObject({ mode: standby(), home: null });
    expect(steps(lost, placed).home).toEqual(home);
    // All has arrived before there is another home: there is nothing to end.
    const both = steps(lost, says(ada, 'arrived', bob));
    expect(factsOf(both, says(bob, 'arrived', ada)(both))).toEqual(['mode-changed']);
  });
});
