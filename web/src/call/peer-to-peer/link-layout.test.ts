// The eight sections, and what is none of them.
import { expect, test } from 'vitest';
import { isLaidOut, SECTIONS } from './link-layout.ts';

const KINDS = ['audio', 'video', 'video', 'audio', 'audio', 'video', 'video', 'audio'];
const describe = (kinds: readonly string[]): string =>
  ['v=0', ...kinds.map((kind) => `m=${kind} 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0`)].join('\r\n');

test('D1 four streams of who offers, then four of who answers', () => {
  expect(SECTIONS.map(({ from, source }) => `${from} ${source}`)).toEqual([
    'offerer mic',
    'offerer cam',
    'offerer screen',
    'offerer screenAudio',
    'answerer mic',
    'answerer cam',
    'answerer screen',
    'answerer screenAudio',
  ]);
  expect(isLaidOut(describe(KINDS))).toBe(true);
});

test.each([
  ['nothing', ''],
  ['fewer', describe(KINDS.slice(1))],
  ['one more', describe([...KINDS, 'video'])],
  ['a data channel', describe([...KINDS, 'application'])],
  ['another order', describe(KINDS.toSorted())],
  ['several sizes of a picture', `${describe(KINDS)}\r\na=simulcast:recv h;l`],
])('D1 %s is not it', (_, sdp) => {
  expect(isLaidOut(sdp)).toBe(false);
});
