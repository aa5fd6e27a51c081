import { afterEach, describe, expect, it } from 'vitest';
import { FrameKeyFeed } from './frame-key-feed.ts';
import type { EncodedFrame } from './frame-pipelines.ts';
import { startFrameWorker, type WorkerEvent } from './frame-worker.ts';
import type { GroupPoint } from './group-id.ts';
import {
  baseKeyOf,
  groupOf,
  LEAVES,
  ManualClock,
  vp8DeltaFrame,
  vp8KeyFrame,
} from './testing/frame-world.ts';
import { toHex } from './testing/hex.ts';
import type { Bytes } from './web-types.ts';
import type { Attachment, WorkerMessage } from './worker-messages.ts';

const GROUP = groupOf(1);

/** Resolves when something that was told fits; fails by the test's own time limit. */
const makeInbox = <Message>() => {
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  return {
    messages,
    push: (message: Message) => {
      messages.push(message);
      for (const look of waiting) look();
    },
    find: (fits: (message: Message) => boolean) =>
      new Promise<Message>((resolve) => {
        const look = () => {
          const found = messages.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
};

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A frame worker with a scope of its own, the page before it and the group behind it. */
const makeWorld = async (peer: string, limits?: { rotateAt: number; stopAt: number }) => {
  const clock = new ManualClock();
  const listeners = new Map<string, (event: WorkerEvent) => void>();
  const told = makeInbox<WorkerMessage>();
  startFrameWorker(
    {
      postMessage: (message) => told.push(structuredClone(message)),
      addEventListener: (type, listener) => listeners.set(type, listener),
    },
    { clock, ...(limits && { limits }) },
  );
  const say = (data: unknown) => listeners.get('message')?.({ data });
  const installed = makeInbox<GroupPoint>();
  const rotations = makeInbox<GroupPoint>();
  const feed = new FrameKeyFeed({
    onInstalled: installed.push,
    onRotationDue: rotations.push,
  });
  const channel = new MessageChannel();
  opened.push(() => channel.port1.close());
  feed.connect(channel.port1);
  say({ type: 'connect-keys', port: channel.port2 });

  const install = async (epoch: number) => {
    const ownLeaf = LEAVES.get(peer) ?? 0;
    await feed.install({ groupId: GROUP, epoch, ownLeaf, leaves: LEAVES }, baseKeyOf(GROUP, epoch));
    await installed.find((point) => point.epoch === epoch);
    feed.sendIn({ groupId: GROUP, epoch });
    // Behind `send-in` on the same port: when it is answered, that was done.
    const again = installed.messages.length;
    await feed.install({ groupId: GROUP, epoch, ownLeaf, leaves: LEAVES }, baseKeyOf(GROUP, epoch));
    await installed.find((point) => installed.messages.indexOf(point) >= again);
  };

  /** A sender or receiver: what is written comes out of `out` if the worker lets it pass. */
  const makeEndpoint = () => {
    const input = new TransformStream<EncodedFrame, EncodedFrame>();
    const out = makeInbox<Bytes>();
    const writer = input.writable.getWriter();
    return {
      out,
      streams: {
        readable: input.readable,
        writable: new WritableStream<EncodedFrame>({
          write: ({ data }) => out.push(new Uint8Array(data)),
        }),
      },
      write: (frame: Bytes) => writer.write({ data: frame.slice().buffer }),
      close: () => writer.close(),
    };
  };
  const attach = (attachment: Attachment) => {
    const endpoint = makeEndpoint();
    say({ type: 'attach', attachment, ...endpoint.streams });
    return endpoint;
  };
  const counts = async () => {
    say({ type: 'count', request: told.messages.length });
    const request = told.messages.length - 1;
    const found = await told.find((each) => each.type === 'counts' && each.request === request);
    return found.type === 'counts' ? found.pipelines : [];
  };
  return { clock, listeners, told, say, install, attach, makeEndpoint, counts, rotations };
};

const SEAL_CAM = { role: 'seal', pipeline: 1, stream: 'cam', codec: 'vp8' } as const;
const OPEN_CAM = {
  role: 'open',
  pipeline: 2,
  peerId: 'alice',
  stream: 'cam',
  codec: 'vp8',
} as const;

const number = (index: number) => vp8DeltaFrame(Uint8Array.of(index));

describe('the frame worker', () => {
  it('F22 F23 F26 carries a stream from one worker to another, in order', async () => {
    const alice = await makeWorld('alice');
    const bob = await makeWorld('bob');
    const sender = alice.attach(SEAL_CAM);
    const receiver = bob.attach(OPEN_CAM);
    await alice.told.find((each) => each.type === 'attached' && each.pipeline === 1);
    await bob.told.find((each) => each.type === 'attached' && each.pipeline === 2);
    await Promise.all([alice.install(1), bob.install(1)]);
    const frames = [vp8KeyFrame(), ...Array.from({ length: 30 }, (_, index) => number(index))];
    for (const frame of frames) {
      await sender.write(frame);
      const before = receiver.out.messages.length;
      const sealed = await sender.out.find((each) => sender.out.messages.indexOf(each) === before);
      await receiver.write(sealed);
      await receiver.out.find(() => receiver.out.messages.length > before);
    }
    expect(receiver.out.messages.map(toHex)).toEqual(frames.map(toHex));
    expect(bob.told.messages).toContainEqual({ type: 'frame-state', pipeline: 2, state: 'ok' });
    expect(await bob.counts()).toEqual([{ pipeline: 2, passed: frames.length, refused: {} }]);
  });

  it('F13 F22 lets nothing out before there is a key, and sends once there is', async () => {
    const alice = await makeWorld('alice');
    const sender = alice.attach(SEAL_CAM);
    await sender.write(vp8KeyFrame());
    await sender.write(number(1));
    await alice.install(1);
    await sender.write(number(2));
    await sender.out.find(() => true);
    expect(sender.out.messages).toHaveLength(1);
    const [counts] = await alice.counts();
    expect(counts).toMatchObject({ passed: 1, refused: { 'no-sending-key': 2 } });
  });

  it('F14 goes on counting when a sender is attached anew, and beside another', async () => {
    const alice = await makeWorld('alice');
    await alice.install(1);
    const nonces = new Set<string>();
    for (let pipeline = 1; pipeline <= 3; pipeline += 1) {
      const sender = alice.attach({ ...SEAL_CAM, pipeline });
      for (let index = 0; index < 3; index += 1) {
        await sender.write(number(index));
        const found = await sender.out.find((each) => sender.out.messages.indexOf(each) === index);
        // Prefix, config byte, KID (2) and counter (at most 1 here).
        nonces.add(toHex(found.subarray(1, 4 + ((found[1] ?? 0) & 0b1000 ? 1 : 0))));
      }
      if (pipeline === 1) alice.say({ type: 'detach', pipeline });
    }
    expect(nonces.size).toBe(9);
  });

  it('F15 asks the group for a new epoch', async () => {
    const alice = await makeWorld('alice', { rotateAt: 2, stopAt: 4 });
    await alice.install(1);
    const sender = alice.attach(SEAL_CAM);
    for (let index = 0; index < 6; index += 1) await sender.write(number(index));
    expect(await alice.rotations.find(() => true)).toEqual({ groupId: GROUP, epoch: 1 });
    await sender.close();
    await alice.told.find((each) => each.type === 'ended');
    expect(sender.out.messages).toHaveLength(4);
  });

  it('F24 F25 takes a script transform, and asks through it for a key frame', async () => {
    const alice = await makeWorld('alice');
    const bob = await makeWorld('bob');
    await Promise.all([alice.install(1), bob.install(1)]);
    const sender = alice.attach(SEAL_CAM);
    const receiver = bob.makeEndpoint();
    let asked = 0;
    bob.listeners.get('rtctransform')?.({
      transformer: {
        ...receiver.streams,
        options: OPEN_CAM,
        sendKeyFrameRequest: async () => {
          asked += 1;
          throw new Error('the browser refuses');
        },
      },
    });
    await sender.write(number(1));
    await receiver.write(await sender.out.find(() => true));
    expect(toHex(await receiver.out.find(() => true))).toBe(toHex(number(1)));
    expect(bob.told.messages).toContainEqual({ type: 'key-frame-needed', pipeline: 2 });
    expect(asked).toBe(1);
  });

  it('F12 seals and opens nothing after a wipe', async () => {
    const alice = await makeWorld('alice');
    await alice.install(1);
    const sender = alice.attach(SEAL_CAM);
    alice.say({ type: 'wipe' });
    await sender.write(vp8KeyFrame());
    await sender.close();
    await alice.told.find((each) => each.type === 'ended');
    expect(sender.out.messages).toEqual([]);
  });

  it('F29 does nothing that it cannot parse', async () => {
    const alice = await makeWorld('alice');
    const endpoint = alice.makeEndpoint();
    const before = alice.told.messages.length;
    for (const message of [
      undefined,
      null,
      'attach',
      {},
      { type: 'attach' },
      { type: 'attach', attachment: { ...SEAL_CAM, codec: 'h264' }, ...endpoint.streams },
      { type: 'attach', attachment: { ...SEAL_CAM, stream: 'toString' }, ...endpoint.streams },
      { type: 'attach', attachment: { ...OPEN_CAM, peerId: 7 }, ...endpoint.streams },
      { type: 'attach', attachment: SEAL_CAM, readable: {}, writable: {} },
      { type: 'connect-keys', port: {} },
      { type: 'detach', pipeline: 'all' },
      { type: 'count' },
    ]) {
      alice.say(message);
    }
    alice.listeners.get('rtctransform')?.({ transformer: { ...endpoint.streams, options: {} } });
    alice.listeners.get('rtctransform')?.({});
    expect(alice.told.messages).toHaveLength(before);
    expect(endpoint.streams.readable.locked).toBe(false);
  });
});
