import { expect, test } from 'vitest';
import { FakeClock } from '../signaling/testing/fake-clock.ts';
import { peerId } from '../signaling/testing/room-samples.ts';
import { createCallState } from './call-state.ts';
import { Conversation } from './conversation.ts';
import { type EncodedMessage, encodeMessage, parseMessage } from './conversation-messages.ts';

const bob = { peerId: peerId('bob'), name: 'Bob' };

const start = () => {
  const state = createCallState();
  state.selfPeerId.value = peerId('me');
  state.selfName.value = 'Me';
  const clock = new FakeClock();
  const told: EncodedMessage[] = [];
  const world = { refuse: false, now: 1_000, hands: 0 };
  const conversation = new Conversation({
    state,
    clock,
    now: () => world.now,
    tell: async (kind, body) => {
      if (world.refuse) throw new Error('no group');
      told.push({ kind, body });
    },
    onHands: () => {
      world.hands += 1;
    },
  });
  const said = () => told.map(({ kind, body }) => parseMessage(kind, body));
  const hear = (message: Parameters<typeof encodeMessage>[0], sender = bob) => {
    const encoded = encodeMessage(message);
    if (encoded) conversation.take({ sender, ...encoded });
  };
  return { state, clock, conversation, said, hear, world };
};

test('a message shows at once and then as sent', async () => {
  const { state, conversation, said } = start();
  const sending = conversation.sendChat('hello');
  expect(state.chat.value).toMatchObject([{ text: 'hello', isOwn: true, state: 'sending' }]);
  await sending;
  expect(state.chat.value).toMatchObject([{ text: 'hello', name: 'Me', state: 'sent' }]);
  expect(said()).toEqual([{ type: 'chat', text: 'hello' }]);
});

test('a message that nobody took says so', async () => {
  const { state, conversation, world } = start();
  world.refuse = true;
  await conversation.sendChat('hello');
  expect(state.chat.value).toMatchObject([{ text: 'hello', state: 'failed' }]);
});

test('what others say bears the name that signed it, in order', () => {
  const { state, hear } = start();
  hear({ type: 'chat', text: 'one' });
  hear({ type: 'chat', text: 'two' });
  expect(state.chat.value).toMatchObject([
    { text: 'one', name: 'Bob', peerId: bob.peerId, isOwn: false },
    { text: 'two', name: 'Bob' },
  ]);
  expect(new Set(state.chat.value.map(({ id }) => id)).size).toBe(2);
});

test('a reaction floats for a while; a flood is bounded', () => {
  const { state, clock, hear } = start();
  hear({ type: 'reaction', symbol: '👏' });
  expect(state.reactions.value).toMatchObject([{ peerId: bob.peerId, symbol: '👏' }]);
  for (let sent = 0; sent < 100; sent += 1) hear({ type: 'reaction', symbol: '🎉' });
  expect(state.reactions.value).toHaveLength(30);
  clock.advance(4_000);
  expect(state.reactions.value).toEqual([]);
});

test('hands go up and down, and go with who leaves', () => {
  const { conversation, hear, world } = start();
  conversation.meet(new Set([bob.peerId]));
  hear({ type: 'hand', raised: true, sinceMs: 400 });
  expect([...conversation.hands]).toEqual([[bob.peerId, 600]]);
  hear({ type: 'hand', raised: false, sinceMs: 0 });
  expect(conversation.hands.size).toBe(0);
  hear({ type: 'hand', raised: true, sinceMs: 0 });
  expect(world.hands).toBe(3);
  conversation.meet(new Set());
  expect(conversation.hands.size).toBe(0);
});

test('whoever comes later hears of the own hand, and for how long it has been up', async () => {
  const { state, conversation, said, world } = start();
  conversation.meet(new Set(['me']));
  await conversation.setHand(true);
  world.now += 5_000;
  conversation.meet(new Set(['me', bob.peerId]));
  conversation.meet(new Set(['me', bob.peerId]));
  conversation.meet(new Set(['me']));
  expect(said()).toEqual([
    { type: 'hand', raised: true, sinceMs: 0 },
    { type: 'hand', raised: true, sinceMs: 5_000 },
  ]);
  await conversation.setHand(false);
  conversation.meet(new Set(['me', 'cat']));
  expect(said().slice(2)).toEqual([{ type: 'hand', raised: false, sinceMs: 0 }]);
  expect(state.handRaised.value).toBe(false);
});

test('a hand that nobody could be told of goes back', async () => {
  const { state, conversation, world } = start();
  world.refuse = true;
  const raising = conversation.setHand(true);
  expect(state.handRaised.value).toBe(true);
  await raising;
  expect(state.handRaised.value).toBe(false);
});
