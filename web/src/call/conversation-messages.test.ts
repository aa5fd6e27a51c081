import { expect, test } from 'vitest';
import { CHAT_TEXT_BYTES, REACTIONS } from './call-state.ts';
import { type ConversationMessage, encodeMessage, parseMessage } from './conversation-messages.ts';

const through = (message: ConversationMessage) => {
  const encoded = encodeMessage(message);
  return encoded && parseMessage(encoded.kind, encoded.body);
};

test('what is encoded is parsed again', () => {
  const messages: readonly ConversationMessage[] = [
    { type: 'chat', text: 'Grüße, 世界 👋\nund mehr' },
    ...REACTIONS.map((symbol) => ({ type: 'reaction', symbol }) as const),
    { type: 'hand', raised: true, sinceMs: 12_345 },
    { type: 'hand', raised: false, sinceMs: 0 },
  ];
  for (const message of messages) expect(through(message)).toEqual(message);
});

test('a text that is empty or too long is not sent', () => {
  expect(encodeMessage({ type: 'chat', text: '' })).toBeUndefined();
  expect(encodeMessage({ type: 'chat', text: 'é'.repeat(CHAT_TEXT_BYTES / 2) })).toBeDefined();
  expect(
    encodeMessage({ type: 'chat', text: 'é'.repeat(CHAT_TEXT_BYTES / 2 + 1) }),
  ).toBeUndefined();
});

test('a member may send anything: what is no message of ours is none', () => {
  const nonsense: readonly (readonly [number, Uint8Array])[] = [
    [0, Uint8Array.of(1)],
    [4, Uint8Array.of(1)],
    [1, new Uint8Array()],
    [1, new Uint8Array(CHAT_TEXT_BYTES + 1).fill(65)],
    [1, Uint8Array.of(0xff, 0xfe)],
    [2, new Uint8Array()],
    [2, Uint8Array.of(REACTIONS.length)],
    [2, Uint8Array.of(0, 0)],
    [3, Uint8Array.of(1)],
    [3, Uint8Array.of(2, 0, 0, 0, 0)],
    [3, Uint8Array.of(1, 0, 0, 0, 0, 0)],
  ];
  for (const [kind, body] of nonsense) expect(parseMessage(kind, body)).toBeUndefined();
});

test('a hand that is up for longer than the format can say is up for as long as it can', () => {
  expect(through({ type: 'hand', raised: true, sinceMs: 2 ** 40 })).toMatchObject({
    sinceMs: 2 ** 32 - 1,
  });
  expect(through({ type: 'hand', raised: true, sinceMs: -5 })).toMatchObject({ sinceMs: 0 });
});
