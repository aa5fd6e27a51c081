// What a member may send for a link, and what is made of it.
import { expect, test } from 'vitest';
import { peerId } from '../../signaling/testing/room-samples.ts';
import { encodeLinkMessage, type LinkContent, parseLinkMessage } from './link-messages.ts';

const LINK = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
const encoder = new TextEncoder();

const contents: readonly LinkContent[] = [
  { type: 'offer', round: 1, sdp: 'v=0' },
  { type: 'answer', round: 2, sdp: 'v=0' },
  {
    type: 'candidates',
    round: 1,
    candidates: [{ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: null }],
  },
  { type: 'restart', round: 3 },
  { type: 'want', cam: 'off', screen: 2 },
  { type: 'key-frame', source: 'cam' },
  { type: 'moved', placement: 17 },
  { type: 'closed' },
];

test.each(contents)('$type comes back as it was sent', (content) => {
  const message = { to: peerId('bob'), link: LINK, content };
  expect(parseLinkMessage(encodeLinkMessage(message))).toEqual(message);
});

test.each([
  ['no JSON', 'v=0'],
  ['no object', 'null'],
  ['nobody it is for', { link: LINK, content: { type: 'closed' } }],
  ['no link', { to: peerId('bob'), content: { type: 'closed' } }],
  ['another link', { to: peerId('bob'), link: 'x', content: { type: 'closed' } }],
  ['a type of its own', { to: peerId('bob'), link: LINK, content: { type: 'rollback' } }],
  ['round 0', { to: peerId('bob'), link: LINK, content: { type: 'restart', round: 0 } }],
  [
    'too many candidates',
    {
      to: peerId('bob'),
      link: LINK,
      content: {
        type: 'candidates',
        round: 1,
        candidates: Array.from({ length: 65 }, () => ({
          candidate: '',
          sdpMid: null,
          sdpMLineIndex: null,
        })),
      },
    },
  ],
  [
    'too much',
    {
      to: peerId('bob'),
      link: LINK,
      content: { type: 'offer', round: 1, sdp: 'x'.repeat(20_000) },
    },
  ],
])('%s is no message', (_, said) => {
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  expect(parseLinkMessage(encoder.encode(text))).toBeUndefined();
});

test('bytes that are no UTF-8 are no message', () => {
  expect(parseLinkMessage(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
});
