// A member with a changed page: it has the link, is in the group, and sends by hand what ours never
// would. The room goes on, and others get in.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GroupPoint, MessageId, PeerId, Requests } from '@sotto/signaling/protocol';
import {
  importEnvelopeKey,
  openEnvelope,
  sealEnvelope,
  type EnvelopeKey,
} from '../../e2ee/src/envelope.ts';
import { fromBase64url, toBase64url } from '../../e2ee/src/group-bytes.ts';
import type { GroupKeys } from '../../e2ee/src/group-keys.ts';
import { deriveEnvelopeKey } from '../../e2ee/src/link-secret.ts';
import { createGroupKeys } from '../../e2ee/src/mls-group-keys.ts';
import { makeKeyPackage, type SignatureKeys } from '../../e2ee/src/mls-key-package.ts';
import { loadSuite } from '../../e2ee/src/mls-suite.ts';
import { GroupScene } from './support/group-scene.ts';
import type { HeadlessMember } from './support/headless-member.ts';
import { gatherLied, type LiedTo, namesOf } from './support/lied-to.ts';
import { methodOf } from './support/said.ts';

const DAY_MS = 86_400_000;
const suite = await loadSuite();

let scene: GroupScene;
/** Of everybody, by peer id. */
const keys = new Map<string, GroupKeys>();
beforeEach(async () => {
  keys.clear();
  scene = await GroupScene.start({
    makeKeys: async (deps) => {
      const made = await createGroupKeys(deps);
      keys.set(deps.peerId, made);
      return made;
    },
  });
});
afterEach(() => scene.close());

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

const envelopeKey = (): Promise<EnvelopeKey> =>
  importEnvelopeKey(deriveEnvelopeKey(scene.secret, scene.roomId));

const pointOf = (member: HeadlessMember): GroupPoint => GroupPoint.parse(member.epoch);

const sendNoise = (from: HeadlessMember, chars = 400) =>
  from.request('commit', {
    messageId: MessageId.parse(random(12)),
    group: pointOf(from),
    tagHash: random(8),
    envelope: random(Math.floor((chars * 3) / 4)),
    welcomes: [],
  });

const four = async () => {
  const [ada, bob, cy, mallory] = await scene.gather('Ada', 'Bob', 'Cy', 'Mallory');
  if (ada === undefined || bob === undefined || cy === undefined || mallory === undefined) {
    throw new Error('nobody came');
  }
  return { ada, bob, cy, mallory };
};

const generationIn = (member: HeadlessMember): number =>
  Buffer.from(member.epoch?.groupId ?? '', 'base64url').readUInt32BE(0);

test('G29 K5 noise as a commit: a majority says so, and goes on in a new group without its author', async () => {
  const { ada, bob, cy, mallory } = await four();
  const generation = generationIn(ada);
  const { groupId } = pointOf(ada);
  await sendNoise(mallory);
  // Far less than the time for which anybody is waited for.
  await scene.time.until(() => ada.epoch?.groupId !== groupId, 5_000);
  await scene.time.until(() => scene.isTogether([ada, bob, cy]), 5_000);
  expect(generationIn(ada)).toBe(generation + 1);
  await scene.say(bob, 'without Mallory');
  expect(ada.texts).toEqual(['Bob: without Mallory']);
  expect(mallory.texts).toEqual([]);
  await scene.time.pass(40_000);
  expect(namesOf(ada)).toEqual(['Ada', 'Bob', 'Cy']);
  // Its page is ours after that: it is let in again when its minute is over.
  await scene.converge();
  expect(namesOf(ada)).toEqual(['Ada', 'Bob', 'Cy', 'Mallory']);
  await scene.chatAllWays();
});

test('G29 K4 the author of noise may commit nothing in the group that follows, and others get in', async () => {
  const { ada, bob, cy, mallory } = await four();
  await sendNoise(mallory);
  await scene.time.until(() => scene.isTogether([ada, bob, cy]), 10_000);
  // No member of the new group: it is refused.
  await expect(
    mallory.request('commit', {
      messageId: MessageId.parse(random(12)),
      group: pointOf(ada),
      tagHash: random(8),
      envelope: random(300),
      welcomes: [],
    }),
  ).rejects.toMatchObject({ code: 'forbidden' });
  const dan = await scene.join('Dan');
  await scene.time.until(() => scene.isTogether([ada, bob, cy, dan]), 20_000);
  await scene.chatAllWays([ada, bob, cy, dan]);
});

test('G29 G30 what only one cannot follow: it rejoins alone, and the group stays', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy', 'Dan');
  const [, bob] = all;
  if (bob === undefined) throw new Error('nobody');
  const { groupId } = pointOf(bob.member);
  bob.server.lies = {
    fact: (fact) => {
      if (fact.event !== 'commit') return [fact];
      bob.server.lies = {};
      return [{ ...fact, data: { commit: { ...fact.data.commit, envelope: random(300) } } }];
    },
  };
  await scene.join('Eve');
  await scene.converge();
  expect(bob.member.troubles).toEqual(['cannot-follow', null]);
  expect(scene.members.map((member) => pointOf(member).groupId)).toEqual(
    scene.members.map(() => groupId),
  );
  await scene.chatAllWays();
});

test('G29 L1 the largest commit of noise that is taken, and one above: the room goes on', async () => {
  const { ada, bob, cy, mallory } = await four();
  await sendNoise(mallory, 120_000);
  await scene.time.until(() => scene.isTogether([ada, bob, cy]), 10_000);
  const others = [ada, bob, cy].map(({ epochs }) => epochs.length);
  sendNoise(mallory, 140_000).catch(() => undefined);
  await scene.time.pass(3_000);
  expect([ada, bob, cy].map(({ epochs }) => epochs.length)).toEqual(others);
  await scene.chatAllWays([ada, bob, cy]);
  scene.crash(mallory);
  await scene.join('Dan');
  await scene.converge();
  await scene.chatAllWays();
});

test('K4 L1 a commit with 260 welcomes is refused, and one to people who are not there brings nobody', async () => {
  const { ada, bob, cy, mallory } = await four();
  const commit = (count: number) => ({
    messageId: MessageId.parse(random(12)),
    group: pointOf(mallory),
    tagHash: random(8),
    envelope: random(300),
    welcomes: Array.from({ length: count }, () => ({
      to: PeerId.parse(random(12)),
      envelope: random(60),
    })),
  });
  await expect(mallory.request('commit', commit(260))).rejects.toMatchObject({
    code: 'bad-request',
  });
  await mallory.request('commit', commit(60));
  await scene.time.until(() => scene.isTogether([ada, bob, cy]), 20_000);
  const record = await scene.apps.record(scene.roomId);
  const present = new Set(record?.peers.map(({ peerId }) => peerId));
  expect(record?.group?.members.filter((peerId) => !present.has(peerId))).toEqual([]);
  await scene.chatAllWays([ada, bob, cy]);
});

test('K8 commits that let nobody in: six in a minute, then the author is told to wait', async () => {
  const { ada, bob, cy, mallory } = await four();
  // Nobody hears them yet: whose commit was reported may send no more of that group anyway.
  for (const { wire } of [ada, bob, cy]) wire.holdUp();
  const codes: unknown[] = [];
  for (let again = 0; again < 8; again += 1) {
    const record = await scene.apps.record(scene.roomId);
    await mallory
      .request('commit', {
        messageId: MessageId.parse(random(12)),
        group: GroupPoint.parse(record?.group),
        tagHash: random(8),
        envelope: random(300),
        welcomes: [],
      })
      .catch((error: unknown) => codes.push(error));
  }
  expect(codes).toMatchObject([{ code: 'rate-limited' }, { code: 'rate-limited' }]);
  for (const { wire } of [ada, bob, cy]) wire.letGo();
  await scene.time.until(() => scene.isTogether([ada, bob, cy]), 120_000);
  await scene.chatAllWays([ada, bob, cy]);
});

/** Sends a message of Mallory's group keys in an envelope that names Bob. */
const asBob = async (from: HeadlessMember, bob: HeadlessMember): Promise<string> => {
  const own = keys.get(from.peerId);
  if (own === undefined) throw new Error('no keys');
  const body = new TextEncoder().encode('as if Bob had said it');
  const { bytes, point } = await own.sealMessage(1, body);
  const context = { roomId: scene.roomId, sender: bob.peerId, recipient: '' };
  return toBase64url(await sealEnvelope(await envelopeKey(), 'app', point, context, bytes));
};

test('G5 G44 chat in another’s name: the server’s word is another, and nobody is shown it', async () => {
  const { ada, bob, cy, mallory } = await four();
  await mallory.request('app-message', { envelope: await asBob(mallory, bob) });
  await scene.time.pass(15_000);
  expect([ada, bob, cy].map(({ texts }) => texts)).toEqual([[], [], []]);
  await scene.chatAllWays();
});

test('G44 chat in another’s name, with the server’s help: the signature is another', async () => {
  const all: readonly LiedTo[] = await gatherLied(scene, 'Ada', 'Bob', 'Mallory');
  const [ada, bob, mallory] = all;
  if (ada === undefined || bob === undefined || mallory === undefined) throw new Error('nobody');
  let told = 0;
  ada.server.lies = {
    signal: (signal) => {
      if (signal.event !== 'app-message') return [signal];
      told += 1;
      const { message } = signal.data;
      return [{ ...signal, data: { message: { ...message, from: bob.member.peerId } } }];
    },
  };
  const envelope = await asBob(mallory.member, bob.member);
  await mallory.member.request('app-message', { envelope });
  await scene.time.pass(15_000);
  expect(told).toBe(1);
  expect(ada.member.texts).toEqual([]);
  ada.server.lies = {};
  await scene.chatAllWays();
});

type Spoil = (own: {
  readonly peerId: string;
  readonly signatureKeys: SignatureKeys;
}) => Promise<Uint8Array>;

const nameIt = (peerId: string, signatureKeys: SignatureKeys) => ({
  peerId,
  name: 'Mallory',
  signatureKeys,
});

const SPOILT: readonly (readonly [string, Spoil])[] = [
  ['of no bytes that mean anything', async () => randomBytes(300)],
  [
    'of last week',
    async ({ peerId, signatureKeys }) =>
      (await makeKeyPackage(nameIt(peerId, signatureKeys), Date.now() - 7 * DAY_MS, suite)).bytes,
  ],
  [
    'of next week',
    async ({ peerId, signatureKeys }) =>
      (await makeKeyPackage(nameIt(peerId, signatureKeys), Date.now() + 7 * DAY_MS, suite)).bytes,
  ],
  [
    'in the name of somebody who is in',
    async ({ signatureKeys }) => {
      const [first] = scene.members;
      const identity = nameIt(first?.peerId ?? '', signatureKeys);
      return (await makeKeyPackage(identity, Date.now(), suite)).bytes;
    },
  ],
  [
    'with the signature key of somebody who is in',
    async ({ peerId, signatureKeys }) => {
      const { bytes } = await makeKeyPackage(nameIt(peerId, signatureKeys), Date.now(), suite);
      const member = scene.members[0]?.epoch?.roster[0]?.signatureKey ?? '';
      const theirs = fromBase64url(member) ?? new Uint8Array();
      const hex = Buffer.from(bytes).toString('hex');
      const own = Buffer.from(signatureKeys.publicKey).toString('hex');
      return Buffer.from(hex.replaceAll(own, Buffer.from(theirs).toString('hex')), 'hex');
    },
  ],
];

test.each(SPOILT)(
  'G14 a key package %s: left out, and who comes with it gets in',
  async (_, spoil) => {
    await scene.gather('Ada', 'Bob');
    const signatureKeys = await suite.signature.keygen();
    const key = await envelopeKey();
    let spoilt = 0;
    const mallory: HeadlessMember = await scene.join('Mallory', {
      toMember: (text) => [text],
      toServer: (text) => {
        if (methodOf(text) !== 'key-package') return [text];
        spoilt += 1;
        void sendSpoilt();
        return [];
      },
    });
    const sendSpoilt = async (): Promise<void> => {
      const release = scene.time.hold();
      const { peerId } = mallory;
      const bytes = await spoil({ peerId, signatureKeys });
      const record = await scene.apps.record(scene.roomId);
      const point = GroupPoint.parse(record?.group);
      const context = { roomId: scene.roomId, sender: peerId, recipient: '' };
      const envelope = toBase64url(await sealEnvelope(key, 'key-package', point, context, bytes));
      const data = { messageId: MessageId.parse(random(12)), envelope };
      mallory.wire.send(JSON.stringify({ id: 900_000 + spoilt, method: 'key-package', data }));
      release();
    };
    const cy = await scene.join('Cy');
    const [ada, bob] = scene.members;
    if (ada === undefined || bob === undefined) throw new Error('nobody');
    await scene.time.until(() => scene.isTogether([ada, bob, cy]), 20_000);
    await scene.time.pass(12_000);
    const dan = await scene.join('Dan');
    await scene.time.until(() => scene.isTogether([ada, bob, cy, dan]), 20_000);
    expect(spoilt).toBeGreaterThan(0);
    expect(mallory.epoch).toBeNull();
    await scene.chatAllWays([ada, bob, cy, dan]);
  },
);

test('G14 its own key package a second time, when it was let in already: no second leaf', async () => {
  await scene.gather('Ada', 'Bob');
  const sent: string[] = [];
  const mallory = await scene.join('Mallory', {
    toMember: (text) => [text],
    toServer: (text) => {
      if (methodOf(text) === 'key-package') sent.push(text);
      return [text];
    },
  });
  await scene.converge();
  const [first = ''] = sent;
  const { envelope } = Requests['key-package'].data.parse(JSON.parse(first).data);
  const opened = await openEnvelope(
    await envelopeKey(),
    'key-package',
    { roomId: scene.roomId, sender: mallory.peerId, recipient: '' },
    fromBase64url(envelope) ?? new Uint8Array(),
  );
  expect(opened.plaintext.length).toBeGreaterThan(100);
  await mallory.request('key-package', { messageId: MessageId.parse(random(12)), envelope });
  await scene.time.pass(10_000);
  for (const member of scene.members) {
    expect(namesOf(member).filter((name) => name === 'Mallory').length).toBeLessThanOrEqual(1);
  }
  await scene.join('Cy');
  const [ada, bob, , cy] = scene.members;
  if (ada === undefined || bob === undefined || cy === undefined) throw new Error('nobody');
  await scene.time.until(() => namesOf(ada).includes('Cy') && cy.epoch !== null, 20_000);
  expect(namesOf(cy)).toEqual(namesOf(ada));
});
