// What people are shown of their group, from epoch to epoch.
import { expect, test } from 'vitest';
import { GroupView } from './group-view.ts';

const person = (leaf: number, name: string) => ({
  leaf,
  name,
  peerId: `peer of ${name}`,
  signatureKey: `key of ${name}`,
});
const [ann, bob, cat] = [person(0, 'Ann'), person(1, 'Bob'), person(2, 'Cat')];
const epochOf = (epoch: number, roster: readonly ReturnType<typeof person>[]) => ({
  groupId: 'A'.repeat(22),
  epoch,
  leaf: 0,
  roster,
});
const everybody = new Set([ann.peerId, bob.peerId, cat.peerId]);

test('whoever is in the group and not announced by the server is shown as such', () => {
  const view = new GroupView();
  expect(view.state(ann.peerId, everybody)).toBeNull();
  view.enter(epochOf(1, [ann, bob]), 1000);
  expect(view.state(ann.peerId, new Set([ann.peerId]))?.roster).toEqual([
    { peerId: ann.peerId, name: 'Ann', isSelf: true, isAnnounced: true },
    { peerId: bob.peerId, name: 'Bob', isSelf: false, isAnnounced: false },
  ]);
});

test('the same object while nothing has changed, and another after each change', () => {
  const view = new GroupView();
  view.enter(epochOf(1, [ann, bob]), 1000);
  const first = view.state(ann.peerId, new Set(everybody));
  expect(view.state(ann.peerId, new Set(everybody))).toBe(first);
  const without = view.state(ann.peerId, new Set([ann.peerId]));
  expect(without).not.toBe(first);
  view.showCode(epochOf(1, []));
  view.markCompared();
  const compared = view.state(ann.peerId, new Set([ann.peerId]));
  expect(compared?.comparison).toBe('compared');
  view.enter(epochOf(2, [ann, bob, cat]), 2000);
  expect(view.state(ann.peerId, new Set([ann.peerId]))).toMatchObject({
    epoch: 2,
    comparison: 'joined-since',
    newcomers: ['Cat'],
    change: { kind: 'joined', names: ['Cat'], at: 2000 },
  });
});

test('G38 what is compared is the code that was shown: who came since is not in it', () => {
  const view = new GroupView();
  view.enter(epochOf(1, [ann, bob]), 1000);
  expect(view.showCode(epochOf(1, []))).toBe(true);
  view.enter(epochOf(2, [ann, bob, cat]), 2000);
  expect(view.showCode(epochOf(1, []))).toBe(false);
  view.markCompared();
  expect(view.state(ann.peerId, everybody)).toMatchObject({ newcomers: ['Cat'] });
});
