// When a wish is due: batches, ranks, bursts, and updates.
import { expect, test } from 'vitest';
import { startSession, step } from './group-session.ts';
import type { Place, SessionState } from './group-session-types.ts';
import { updateDueAt, wishDueAt } from './group-wish.ts';

const state = startSession('a', 0.5);
const newcomer = { peerId: 'x', messageId: 'm', envelope: new Uint8Array() };
const coming = { adds: [newcomer], removes: [] };
const leaving = { adds: [newcomer], removes: ['b'] };
const MINUTE = 60_000;

test('G26 150 to 250 ms, and 750 more for each rank', () => {
  expect(wishDueAt(state, coming, 1000, 0)).toBe(1200);
  expect(wishDueAt(state, coming, 1000, 2)).toBe(2700);
});

test('G26 from six epochs in 10 s on newcomers wait for each other, leavers do not', () => {
  const busy = { ...state, commitTimes: [1, 2, 3, 4, 5, 6].map((n) => n * 1000) };
  expect(wishDueAt(busy, coming, 9000, 0)).toBe(9800);
  expect(wishDueAt(busy, leaving, 9000, 0)).toBe(9200);
  expect(wishDueAt(busy, coming, 30_000, 0)).toBe(30_200);
});

const place = (size: number): Place => ({
  point: { groupId: 'g', epoch: 1 },
  tag: 't',
  leaf: 0,
  roster: Array.from({ length: size }, (_, leaf) => ({
    leaf,
    peerId: `p${leaf}`,
    name: 'n',
    signatureKey: 'k',
  })),
});

test('G33 an update after half an hour, later in larger groups and after others’ commits', () => {
  expect(updateDueAt(state, place(1))).toBeNull();
  expect(updateDueAt(state, place(2))).toBe(30 * MINUTE);
  expect(updateDueAt(state, place(100))).toBe(300 * MINUTE);
  expect(updateDueAt({ ...state, jitter: 0 }, place(2))).toBe(22.5 * MINUTE);
  const after = { ...state, commitTimes: [30 * MINUTE - 1] };
  expect(updateDueAt(after, place(2))).toBe(31 * MINUTE - 1);
});

test('G26 a timer that calls too early is set again', () => {
  const roster = place(2).roster.map((member) => ({ ...member, peerId: `${member.leaf}` }));
  const member: SessionState = {
    ...startSession('0', 0.5),
    phase: { name: 'member', wishSince: null, ...place(2), roster },
    room: {
      group: { groupId: 'g', epoch: 1, members: ['0', '1'] },
      peers: new Map([
        ['0', true],
        ['1', true],
      ]),
      keyPackages: [],
    },
  };
  const left = step(member, { type: 'peer-connected', peerId: 'x', now: 1000 });
  const asked = step(left.state, {
    type: 'key-package',
    keyPackage: { ...newcomer, peerId: 'x' },
    now: 1000,
  });
  expect(asked.effects).toEqual([{ type: 'set-timer', at: 1200 }]);
  const early = step(asked.state, { type: 'time', now: 1199.999 });
  expect(early.effects).toEqual([{ type: 'set-timer', at: 1200 }]);
  const onTime = step(early.state, { type: 'time', now: 1200 });
  expect(onTime.effects).toContainEqual(
    expect.objectContaining({ type: 'work', work: expect.objectContaining({ kind: 'commit' }) }),
  );
});
