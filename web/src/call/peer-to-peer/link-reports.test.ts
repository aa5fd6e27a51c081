// What the server is told of a link, and when.
import type { PeerToPeerOutcome } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { peer, peerId } from '../../signaling/testing/room-samples.ts';
import { settled } from '../../signaling/testing/turns.ts';
import { ARRIVE_MS, FAILED_MS, LinkReports, LOST_MS, SLOW_MS } from './link-reports.ts';
import { type LinkView, wantedOther } from './link-view.ts';

const me = peerId('me');
const bob = peer('bob');

const direct: LinkView = {
  selfPeerId: me,
  others: [bob],
  mode: { type: 'p2p', standby: false, arrived: [] },
  placement: null,
  members: new Set([me, bob.peerId]),
  hideAddress: false,
  isConnected: true,
  hasArrived: { p2p: false, sfu: false },
};
const standby: LinkView = { ...direct, mode: { type: 'p2p', standby: true, arrived: [] } };
const arrived: LinkView = { ...standby, hasArrived: { p2p: true, sfu: false } };

const createScene = () => {
  const clock = new FakeClock();
  const told: PeerToPeerOutcome[] = [];
  let isRefused = false;
  const late: string[] = [];
  const reports = new LinkReports({
    clock,
    report: async (other, outcome) => {
      expect(other).toBe(bob.peerId);
      told.push(outcome);
      if (isRefused) throw new Error('refused');
    },
    onLate: () => late.push('late'),
  });
  return { clock, told, late, reports, refuse: () => (isRefused = true) };
};

test('C1 there is a link for exactly two in the group, in the mode p2p', () => {
  expect(wantedOther(direct)).toBe(bob.peerId);
  expect(wantedOther(standby)).toBe(bob.peerId);
  expect(wantedOther({ ...direct, others: [] })).toBeNull();
  expect(wantedOther({ ...direct, others: [bob, peer('cat')] })).toBeNull();
  expect(wantedOther({ ...direct, members: new Set([me]) })).toBeNull();
  expect(wantedOther({ ...direct, hideAddress: true })).toBeNull();
  expect(wantedOther({ ...direct, mode: { type: 'sfu', reason: 'people' } })).toBeNull();
});

test('C5 a link that does not come up is slow, then late', async () => {
  const { clock, told, late, reports } = createScene();
  reports.update(direct, false);
  clock.advance(SLOW_MS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  await settled();
  reports.update(standby, false);
  clock.advance(FAILED_MS - SLOW_MS - 1);
  expect([told, late]).toEqual([['slow'], []]);
  clock.advance(1);
  expect([told, late]).toEqual([['slow'], ['late']]);
});

test('C5 a link that has been up has longer to come back', async () => {
  const { clock, told, late, reports } = createScene();
  reports.update(direct, true);
  reports.update(direct, false);
  clock.advance(SLOW_MS);
  await settled();
  clock.advance(LOST_MS - 1);
  expect([told, late]).toEqual([['slow'], []]);
  clock.advance(1);
  expect(late).toEqual(['late']);
});

test('C5 while the server has not heard that it is slow, it is not late', async () => {
  const { clock, told, late, reports, refuse } = createScene();
  refuse();
  reports.update(direct, false);
  clock.advance(SLOW_MS);
  await settled();
  clock.advance(10 * FAILED_MS);
  expect([told, late]).toEqual([['slow'], []]);
  reports.update(direct, false);
  clock.advance(SLOW_MS);
  expect(told).toEqual(['slow', 'slow']);
});

test('C6 what does not come over a link that is up makes it late', () => {
  const { clock, late, reports } = createScene();
  reports.update(standby, true);
  clock.advance(ARRIVE_MS - 1);
  reports.update(standby, true);
  expect(late).toEqual([]);
  clock.advance(1);
  expect(late).toEqual(['late']);
  const other = createScene();
  other.reports.update(standby, true);
  other.reports.update(arrived, true);
  other.reports.update({ ...arrived, mode: { type: 'p2p', standby: true, arrived: [me] } }, true);
  other.clock.advance(10 * ARRIVE_MS);
  expect(other.late).toEqual([]);
});

test('C5 a link that is up in time is nothing to tell, and one that goes down later is', () => {
  const { clock, told, reports } = createScene();
  reports.update(direct, false);
  reports.update(direct, true);
  expect(clock.pending).toBe(0);
  reports.update(direct, false);
  clock.advance(SLOW_MS);
  expect(told).toEqual(['slow']);
  reports.update(standby, true);
  reports.update(standby, false);
  clock.advance(SLOW_MS);
  expect(told).toEqual(['slow', 'slow']);
});

test('C5 without the server nothing is late', () => {
  const { clock, told, late, reports } = createScene();
  reports.update(direct, false);
  reports.update({ ...direct, isConnected: false }, false);
  clock.advance(10 * FAILED_MS);
  reports.update(direct, false);
  clock.advance(SLOW_MS - 1);
  expect([told, late]).toEqual([[], []]);
});

test('C6 all that has come is told once, on standby only', () => {
  const { told, reports } = createScene();
  reports.update({ ...arrived, mode: direct.mode }, true);
  reports.update(standby, true);
  expect(told).toEqual([]);
  reports.update(arrived, true);
  reports.update(arrived, true);
  expect(told).toEqual(['arrived']);
  const isRecorded: LinkView = {
    ...arrived,
    mode: { type: 'p2p', standby: true, arrived: [me] },
  };
  reports.update(isRecorded, true);
  expect(told).toEqual(['arrived']);
});

test('C6 what was refused is told again', async () => {
  const { told, reports, refuse } = createScene();
  refuse();
  reports.update(arrived, true);
  await settled();
  reports.update(arrived, true);
  expect(told).toEqual(['arrived', 'arrived']);
});

test('C7 what has failed is told once, and forgotten with the other one', () => {
  const { clock, told, reports } = createScene();
  reports.update(direct, false);
  reports.fail();
  reports.fail();
  expect(reports.hasFailed).toBe(true);
  expect(told).toEqual(['failed']);
  expect(clock.pending).toBe(0);
  reports.update({ ...direct, others: [] }, false);
  expect(reports.hasFailed).toBe(false);
});
