// Which epoch is sent under and which are wiped, moment by moment.
import { expect, test } from 'vitest';
import { NO_EPOCHS, epochDeadlines, install, ready, settleEpochs } from './group-epochs.ts';

const at = (epoch: number, groupId = 'g') => ({ groupId, epoch });
const joined = install(NO_EPOCHS, at(4), true, 0).epochs;

test('G31 the first epoch is sent under at once', () => {
  expect(install(NO_EPOCHS, at(4), false, 0).effects).toEqual([{ type: 'switch', group: at(4) }]);
});

test('G31 after an Add one waits for all, or 1000 ms from the oldest Add', () => {
  const one = install(joined, at(5), false, 100);
  expect(one.effects).toEqual([]);
  const two = install(one.epochs, at(6), false, 900).epochs;
  expect(ready(two, at(5)).effects).toEqual([{ type: 'switch', group: at(5) }]);
  expect(settleEpochs(two, 1099).effects).toEqual([]);
  expect(settleEpochs(two, 1100).effects).toEqual([{ type: 'switch', group: at(6) }]);
  // Ready for the first moves the wait on to the second.
  expect(epochDeadlines(ready(two, at(5)).epochs)).toContain(1900);
});

test('G31 ready for an epoch that one has not, or that is over, switches nothing', () => {
  const two = install(joined, at(5), true, 100).epochs;
  for (const group of [at(4), at(5), at(6), at(5, 'other')]) {
    expect(ready(two, group).effects).toEqual([]);
  }
});

test('G31 at once when somebody left, in another group, and when 9 behind', () => {
  expect(install(joined, at(5), true, 1).effects).toEqual([{ type: 'switch', group: at(5) }]);
  const other = at(0, 'other');
  expect(install(joined, other, false, 1).effects).toEqual([{ type: 'switch', group: other }]);
  let epochs = joined;
  for (let epoch = 5; epoch <= 12; epoch += 1) {
    const next = install(epochs, at(epoch), false, 1);
    expect(next.effects).toEqual([]);
    epochs = next.epochs;
  }
  const far = install(epochs, at(13), false, 1);
  expect(far.effects).toEqual([{ type: 'switch', group: at(13) }]);
});

test('G32 10 s after the next one, or 16 behind, never the one that is sent under', () => {
  const two = install(joined, at(5), true, 1000).epochs;
  expect(settleEpochs(two, 10_999).effects).toEqual([]);
  expect(settleEpochs(two, 11_000).effects).toEqual([{ type: 'wipe', group: at(4) }]);
  const waiting = install(joined, at(5), false, 1000).epochs;
  expect(
    settleEpochs({ ...waiting, installed: waiting.installed.slice(0, 1) }, 90_000).effects,
  ).toEqual([]);
  let epochs = joined;
  for (let epoch = 5; epoch <= 20; epoch += 1) epochs = install(epochs, at(epoch), true, 1).epochs;
  expect(settleEpochs(epochs, 2).effects).toEqual([{ type: 'wipe', group: at(4) }]);
});
