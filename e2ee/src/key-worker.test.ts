// Key workers with real keys, frame workers behind them and an ordering server between them.
import { afterEach, expect, test } from 'vitest';
import { headerAfter } from './testing/frame-world.ts';
import { FrameEnd } from './testing/frame-end.ts';
import { KeyWorld } from './testing/key-world.ts';

const worlds: KeyWorld[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.close();
});

function makeWorld(): KeyWorld {
  const world = new KeyWorld();
  worlds.push(world);
  return world;
}

async function roomOf(...peerIds: readonly string[]): Promise<KeyWorld> {
  const world = makeWorld();
  for (const peerId of peerIds) {
    world.join(peerId);
    await world.together(...world.people.keys());
  }
  return world;
}

const frame = (index: number) => Uint8Array.of(9, index);

test('G39 three come one after the other: one group, one safety code, frames in all directions', async () => {
  const world = await roomOf('a', 'b', 'c');
  const codes = await Promise.all(
    [...world.people.values()].map(({ client }) => world.during(client.safetyCode())),
  );
  const { groupId, epoch } = world.person('c').epochs.at(-1) ?? {};
  expect(codes.map(({ point }) => point)).toEqual(codes.map(() => ({ groupId, epoch })));
  expect(new Set(codes.map(({ digits }) => digits.join())).size).toBe(1);
  for (const from of ['a', 'b', 'c']) {
    const sealed = await world.person(from).frames.mic()(frame(1));
    if (sealed === null) throw new Error(`${from} sends nothing`);
    for (const to of ['a', 'b', 'c'].filter((peerId) => peerId !== from)) {
      expect(await world.person(to).frames.mic(from)(sealed)).toEqual(frame(1));
    }
  }
});

test('G39 what the page says before the keys are made is done in its order', async () => {
  const world = makeWorld();
  const a = world.join('a');
  a.client.handle({ type: 'peer-connected', peerId: 'x' });
  a.client.handle({ type: 'peer-left', peerId: 'x', kicked: false });
  await world.together('a');
  expect(a.sent.map(({ type }) => type)).toEqual(['send-create', 'send-ready']);
  world.join('b');
  await world.together('a', 'b');
});

test('G40 ready waits until the frame worker has that epoch', async () => {
  const world = await roomOf('a');
  const b = world.join('b', { frames: false });
  await world.until(() => b.epochs.length === 1);
  await world.pass(1500);
  expect(b.sent.filter(({ type }) => type === 'send-ready')).toEqual([]);
  world.connectFrames(b);
  await world.settle();
  const { groupId, epoch } = b.epochs[0] ?? {};
  expect(b.sent.filter(({ type }) => type === 'send-ready')).toMatchObject([
    { group: { groupId, epoch } },
  ]);
  // Switched long ago: the frame worker was told when it came.
  expect(await b.frames.mic()(frame(1))).not.toBeNull();
});

test('G40 an epoch that another followed before it was installed is never said to be ready', async () => {
  const world = await roomOf('a');
  const b = world.join('b', { frames: false });
  await world.until(() => b.epochs.length === 1);
  world.join('c');
  await world.until(() => b.epochs.length === 2);
  world.connectFrames(b);
  await world.settle();
  const readies = b.sent.flatMap((message) => (message.type === 'send-ready' ? [message] : []));
  expect(readies.map(({ group }) => group.epoch)).toEqual([b.epochs[1]?.epoch]);
});

test('G41 F16 a frame worker in place of a lost one seals from the next epoch on, which comes at once', async () => {
  const world = await roomOf('a', 'b');
  const a = world.person('a');
  const used = new Set<string>();
  const send = async (): Promise<boolean> => {
    const mic = a.frames.mic();
    const sealed = await mic(frame(used.size));
    if (sealed === null) return false;
    const { kid, counter } = headerAfter(0, sealed);
    const nonce = `${a.epochs.at(-1)?.groupId} ${kid} ${counter}`;
    expect(used).not.toContain(nonce);
    used.add(nonce);
    return true;
  };
  for (let loss = 0; loss < 3; loss += 1) {
    expect(await send()).toBe(true);
    expect(await send()).toBe(true);
    const epochs = a.epochs.length;
    // The update does not get out: all stay where they are.
    const { commit } = world.server;
    world.server.commit = (_, { messageId }) => ({ messageId, code: 'lost' });
    world.connectFrames(a, new FrameEnd(world.clock));
    await world.settle();
    expect(await send()).toBe(false);
    const sealed = await world.person('b').frames.mic()(frame(1));
    expect(sealed && (await a.frames.mic('b')(sealed))).toEqual(frame(1));
    world.server.commit = commit;
    await world.until(() => a.epochs.length > epochs);
    expect(a.epochs).toHaveLength(epochs + 1);
    await world.pass(1100);
  }
  expect(await send()).toBe(true);
  expect(used.size).toBe(7);
});

test('G41 alone with a new frame worker: nobody hears; when somebody comes, sending works', async () => {
  const world = await roomOf('a', 'b');
  const a = world.person('a');
  world.leave('b');
  await world.pass(1000);
  world.connectFrames(a, new FrameEnd(world.clock));
  await world.pass(1000);
  expect(await a.frames.mic()(frame(1))).toBeNull();
  world.join('c');
  await world.together('a', 'c');
  const sealed = await a.frames.mic()(frame(2));
  expect(sealed && (await world.person('c').frames.mic('a')(sealed))).toEqual(frame(2));
});

test('G41 the first alone with a new frame worker: whoever comes hears it', async () => {
  const world = await roomOf('a');
  const a = world.person('a');
  world.connectFrames(a, new FrameEnd(world.clock));
  await world.pass(1000);
  expect(await a.frames.mic()(frame(1))).toBeNull();
  world.join('b');
  await world.together('a', 'b');
  const sealed = await a.frames.mic()(frame(2));
  expect(sealed && (await world.person('b').frames.mic('a')(sealed))).toEqual(frame(2));
});

test('G41 F15 a key that has sealed enough brings a new epoch, once', async () => {
  const world = makeWorld();
  const a = world.join('a', { rotateAt: 3 });
  world.join('b');
  await world.together('a', 'b');
  const before = a.epochs.length;
  const mic = a.frames.mic();
  for (let index = 0; index < 5; index += 1) await mic(frame(index));
  await world.until(() => a.epochs.length > before);
  await world.pass(2000);
  expect(a.epochs).toHaveLength(before + 1);
});

test('G42 a kick: everything is wiped, the page is told, and nothing is done any more', async () => {
  const world = await roomOf('a', 'b', 'c');
  const c = world.person('c');
  world.server.leave('c', true);
  await world.settle();
  expect(c.troubles).toEqual(['put-out']);
  expect(await c.frames.mic()(frame(1))).toBeNull();
  await expect(c.client.seal(1, frame(1))).rejects.toMatchObject({ code: 'closed' });
  await expect(c.client.safetyCode()).rejects.toMatchObject({ code: 'closed' });
  expect([c.ended, c.lost]).toEqual([1, 0]);
});

test('G42 a record in which one has left: wiped, and the page is told that it ended', async () => {
  const world = await roomOf('a', 'b');
  const b = world.person('b');
  b.client.handle({ type: 'peer-left', peerId: 'b', kicked: false });
  await world.settle();
  expect([b.troubles, b.ended, b.lost]).toEqual([[], 1, 0]);
  expect(b.news.at(-1)).toEqual({ type: 'ended' });
  expect(await b.frames.mic()(frame(1))).toBeNull();
  await expect(b.client.seal(1, frame(1))).rejects.toMatchObject({ code: 'closed' });
  expect(world.person('a').ended).toBe(0);
});

test('G42 leaving: the worker forgets, and refuses what was still to be sealed', async () => {
  const world = await roomOf('a', 'b');
  const a = world.person('a');
  const sealing = Array.from({ length: 12 }, () => a.client.seal(1, frame(1)));
  const refused = Promise.allSettled(sealing);
  a.client.close();
  a.client.close();
  const codes = (await refused).map((result) =>
    result.status === 'rejected' ? result.reason : null,
  );
  expect(codes).toMatchObject(codes.map(() => ({ code: 'closed' })));
  await world.settle();
  expect(await a.frames.mic()(frame(1))).toBeNull();
  expect(a.news.filter(({ type }) => type === 'sealed')).toEqual([]);
  a.say({ type: 'seal', request: 99, kind: 1, body: frame(1), to: '' });
  expect(a.news.at(-1)).toEqual({ type: 'refused', request: 99, code: 'closed' });
});

test('G42 trouble is told, and that it is over', async () => {
  const world = await roomOf('a', 'b', 'c');
  const garble = (to: string, event: Parameters<typeof world.tamper>[1]) =>
    to === 'c' && event.type === 'commit'
      ? { ...event, commit: { ...event.commit, envelope: new Uint8Array(300) } }
      : event;
  world.tamper = garble;
  world.join('d');
  await world.until(() => world.person('c').troubles.length > 0);
  world.tamper = (_, event) => event;
  await world.together('a', 'b', 'c', 'd');
  expect(world.person('c').troubles).toEqual(['cannot-follow', null]);
});

test.each(['a link that is none', 'keys that cannot be made'])(
  'G39 %s: the page hears that the worker is gone',
  async (what) => {
    const world = makeWorld();
    if (what.startsWith('keys')) world.createKeys = () => Promise.reject(new Error('no crypto'));
    const a = world.join('a', what.startsWith('keys') ? {} : { secret: 'short' });
    await world.settle();
    expect(a.lost).toBe(1);
    await expect(a.client.seal(1, frame(1))).rejects.toMatchObject({ code: 'worker-failed' });
  },
);

test('G39 a failure that nobody caught ends the worker, wiped, and the page hears it', async () => {
  const world = await roomOf('a', 'b');
  const a = world.person('a');
  a.raise('unhandledrejection');
  a.raise('unhandledrejection');
  await world.settle();
  expect(a.lost).toBe(1);
  expect(await a.frames.mic()(frame(1))).toBeNull();
});
