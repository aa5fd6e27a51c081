import { expect, test } from 'vitest';
import { type CurrentStream, nextStep } from './own-stream-step.ts';
import { FakeTrack } from './testing/fake-track.ts';

const track = new FakeTrack('video', 'one');
const other = new FakeTrack('video', 'two');

const nothing: CurrentStream = { on: false, hasProducer: false, carried: [undefined] };
const sending: CurrentStream = { on: true, hasProducer: true, carried: [track] };

test('what is on and carried needs nothing', () => {
  expect(nextStep({ state: 'on', track }, sending)).toBe('none');
  expect(nextStep({ state: 'off', track: null }, nothing)).toBe('none');
  expect(nextStep({ state: 'closed', track: null }, nothing)).toBe('none');
});

test('what has a track is produced, muted or not', () => {
  expect(nextStep({ state: 'on', track }, nothing)).toBe('produce');
  expect(nextStep({ state: 'off', track }, nothing)).toBe('produce');
});

test('without a way to send, the intention is declared', () => {
  expect(nextStep({ state: 'on', track }, { ...nothing, carried: [] })).toBe('declare');
});

test('off is declared before anything else', () => {
  expect(nextStep({ state: 'off', track: null }, sending)).toBe('declare');
  expect(nextStep({ state: 'off', track }, { ...sending, carried: [undefined] })).toBe('declare');
});

test('a camera that went off sends nothing any more', () => {
  expect(nextStep({ state: 'off', track: null }, { ...sending, on: false })).toBe('replace');
});

test('on again takes the new track first, then is declared', () => {
  const off = { ...sending, on: false, carried: [null] };
  expect(nextStep({ state: 'on', track: other }, off)).toBe('replace');
  expect(nextStep({ state: 'on', track: other }, { ...off, carried: [other] })).toBe('declare');
});

test('another device replaces the track alone', () => {
  expect(nextStep({ state: 'on', track: other }, sending)).toBe('replace');
});

test('a screen that is shared no more is closed, with or without a way to send', () => {
  expect(nextStep({ state: 'closed', track: null }, sending)).toBe('close');
  const unsent = { on: true, hasProducer: false, carried: [] };
  expect(nextStep({ state: 'closed', track: null }, unsent)).toBe('close');
});

test('each way out gets what it lacks, and all carry the same', () => {
  const moving = { ...sending, carried: [track, undefined] };
  expect(nextStep({ state: 'on', track }, moving)).toBe('produce');
  expect(nextStep({ state: 'on', track: other }, { ...sending, carried: [other, track] })).toBe(
    'replace',
  );
  expect(nextStep({ state: 'on', track }, { ...sending, carried: [track, track] })).toBe('none');
  expect(nextStep({ state: 'off', track: null }, { ...moving, on: false })).toBe('replace');
  expect(
    nextStep({ state: 'closed', track: null }, { ...nothing, carried: [undefined, null] }),
  ).toBe('close');
});
