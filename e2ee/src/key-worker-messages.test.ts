// Application messages between key workers: each direction, false names, epochs that come late, limits.
import { afterEach, expect, test } from 'vitest';
import { importEnvelopeKey, openEnvelope, sealEnvelope } from './envelope.ts';
import { MESSAGES_PER_SECOND } from './app-outbox.ts';
import type { SessionEvent } from './group-runner.ts';
import { UPDATE_AFTER_MESSAGES } from './group-wish.ts';
import { deriveEnvelopeKey } from './link-secret.ts';
import { KeyWorld, ROOM_ID, SECRET, textsOf } from './testing/key-world.ts';
import type { Bytes } from './web-types.ts';

const worlds: KeyWorld[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.close();
});

async function roomOf(...peerIds: readonly string[]): Promise<KeyWorld> {
  const world = new KeyWorld();
  worlds.push(world);
  for (const peerId of peerIds) {
    world.join(peerId);
    await world.together(...world.people.keys());
  }
  return world;
}

/** Keeps from `peerId` what the server tells of commits; the answer delivers it. */
function holdCommits(world: KeyWorld, peerId: string): () => void {
  const held: SessionEvent[] = [];
  world.tamper = (to, event) => {
    if (to !== peerId || event.type !== 'commit') return event;
    held.push(event);
    return null;
  };
  return () => {
    world.tamper = (_, event) => event;
    for (const event of held) world.person(peerId).client.handle(event);
  };
}

const body = Uint8Array.of(1);

test('G44 texts go in each direction, and to one alone', async () => {
  const world = await roomOf('a', 'b', 'c');
  await world.say('a', 'one');
  await world.say('b', 'two');
  await world.say('c', 'only for a', 'a');
  await world.settle();
  expect(textsOf(world.person('a'))).toEqual(['b: two', 'c: only for a']);
  expect(textsOf(world.person('b'))).toEqual(['a: one']);
  expect(textsOf(world.person('c'))).toEqual(['a: one', 'b: two']);
});

/** The message of an envelope in another one, by somebody who has the link. */
async function resealed(envelope: Bytes, from: string, sender: string): Promise<Bytes> {
  const key = await importEnvelopeKey(deriveEnvelopeKey(SECRET, ROOM_ID));
  const context = { roomId: ROOM_ID, recipient: '' };
  const opened = await openEnvelope(key, 'app', { ...context, sender: from }, envelope);
  return sealEnvelope(key, 'app', opened, { ...context, sender }, opened.plaintext);
}

test('G44 nobody’s words pass for somebody else’s, even with the link’s key at hand', async () => {
  const world = await roomOf('a', 'b', 'c');
  const c = world.person('c');
  const envelope = await world.during(world.person('a').client.seal(7, body));
  c.client.open('b', '', envelope);
  c.client.open('b', '', await resealed(envelope, 'a', 'b'));
  await world.settle();
  expect(c.messages).toEqual([]);
  await world.say('a', 'from a');
  c.client.open('a', '', await resealed(await world.say('a', 'again'), 'a', 'a'));
  await world.settle();
  // The same words in another envelope are the same message: not opened twice.
  expect(textsOf(c)).toEqual(['a: from a', 'a: again']);
});

test('G44 what is for somebody else, garbage, and one’s own are dropped', async () => {
  const world = await roomOf('a', 'b', 'c');
  const { client, messages, lost } = world.person('c');
  const forB = await world.during(world.person('a').client.seal(7, body, 'b'));
  client.open('a', 'b', forB);
  client.open('a', 'c', forB);
  client.open('a', '', forB);
  client.open('a', '', new Uint8Array(300));
  client.open('a', '', new Uint8Array());
  client.open('nobody', '', forB);
  const own = await world.during(client.seal(7, body));
  client.open('c', '', own);
  await world.settle();
  expect([messages, lost]).toEqual([[], 0]);
  await world.say('a', 'still there');
  await world.settle();
  expect(textsOf(world.person('c'))).toEqual(['a: still there']);
});

test('G44 messages of the next epoch wait for its commit', async () => {
  const world = await roomOf('a', 'b', 'c');
  const deliver = holdCommits(world, 'c');
  await world.say('a', 'before');
  world.join('d');
  await world.until(() => world.person('b').epochs.at(-1)?.roster.length === 4);
  await world.say('a', 'one');
  await world.say('b', 'two');
  await world.say('a', 'three');
  await world.settle();
  expect(textsOf(world.person('c'))).toEqual(['a: before']);
  deliver();
  await world.until(() => world.person('c').messages.length === 4);
  expect(textsOf(world.person('c'))).toEqual(['a: before', 'a: one', 'b: two', 'a: three']);
});

test('G44 what the newcomer is told before its welcome waits for that', async () => {
  const world = await roomOf('a');
  const b = world.join('b');
  const deliver = holdCommits(world, 'b');
  await world.until(() => world.person('a').epochs.at(-1)?.roster.length === 2);
  await world.say('a', 'hello');
  await world.settle();
  expect(b.messages).toEqual([]);
  deliver();
  await world.until(() => b.messages.length === 1);
  expect(textsOf(b)).toEqual(['a: hello']);
});

test('G43 without a group nothing is sealed', async () => {
  const world = await roomOf('a');
  const b = world.join('b');
  await expect(world.during(b.client.seal(7, body))).rejects.toMatchObject({ code: 'no-group' });
  await expect(world.during(b.client.safetyCode())).rejects.toMatchObject({ code: 'no-group' });
});

/** So many one after the other, as fast as they may go. */
async function talk(world: KeyWorld, from: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    world.clock.advance(1000 / MESSAGES_PER_SECOND);
    await world.say(from, String(index));
  }
}

test('G21 G43 with 150 messages comes an update; none is lost on the way', async () => {
  const world = await roomOf('a', 'b');
  const [a, b] = [world.person('a'), world.person('b')];
  const before = b.epochs.length;
  const said = Array.from({ length: UPDATE_AFTER_MESSAGES }, (_, index) => `a: ${index}`);
  await talk(world, 'a', UPDATE_AFTER_MESSAGES - 1);
  await world.settle();
  expect(b.epochs).toHaveLength(before);
  await world.say('a', String(UPDATE_AFTER_MESSAGES - 1));
  await world.say('a', 'more');
  await world.until(() => b.epochs.length > before);
  await world.say('a', 'and more');
  await world.settle();
  expect(textsOf(b)).toEqual([...said, 'a: more', 'a: and more']);
  expect([a.epochs.length, b.epochs.length]).toEqual([before + 2, before + 1]);
});

test('G43 at 200 in an epoch all wait for the next one', async () => {
  const world = await roomOf('a', 'b');
  const a = world.person('a');
  const { commit } = world.server;
  world.server.commit = (_, { messageId }) => ({ messageId, code: 'rate' });
  await talk(world, 'a', 200);
  const { epoch } = a.epochs.at(-1) ?? {};
  await expect(world.during(a.client.seal(7, body))).rejects.toMatchObject({ code: 'commit-now' });
  const waiting = world.say('a', 'at last');
  await world.pass(1000);
  world.server.commit = commit;
  await waiting;
  await world.settle();
  expect(textsOf(world.person('b')).slice(-2)).toEqual(['a: 199', 'a: at last']);
  expect(a.epochs.at(-1)?.epoch).toBe((epoch ?? 0) + 1);
});
