import { describe, expect, it } from 'vitest';
import { FrameKeyFeed, type FeedPort } from './frame-key-feed.ts';
import { createFrameSealer } from './frame-sealer.ts';
import { KeyRing } from './key-ring.ts';
import {
  baseKeyOf,
  codeOf,
  encodedFrame,
  groupOf,
  headerAfter,
  LEAVES,
  ManualClock,
} from './testing/frame-world.ts';
import { type KeyMessage, parseKeyMessage } from './worker-messages.ts';

const GROUP = groupOf(1);
const MIC = { stream: 'mic', codec: 'opus' } as const;

/** A frame worker, as far as the feed sees it. */
const makeWorker = () => {
  const ring = new KeyRing({ clock: new ManualClock() });
  const messages: KeyMessage[] = [];
  const port: FeedPort = {
    postMessage: (message) => {
      messages.push(message);
      const parsed = parseKeyMessage(structuredClone(message));
      if (parsed?.type === 'install') ring.install(parsed.keys);
      if (parsed?.type === 'send-in') ring.sendIn(parsed.point);
      if (parsed?.type === 'wipe') ring.close();
    },
    addEventListener: () => undefined,
    start: () => undefined,
    close: () => undefined,
  };
  const sealWithin = createFrameSealer({ ring, onRotationDue: () => undefined });
  return { ring, messages, port, seal: () => sealWithin(MIC, encodedFrame('opus').buffer) };
};

const makeFeed = () => {
  const feed = new FrameKeyFeed({ onInstalled: () => undefined, onRotationDue: () => undefined });
  const install = (epoch: number, groupId = GROUP) =>
    feed.install(
      { groupId, epoch, ownLeaf: 0, leaves: LEAVES },
      Uint8Array.from(baseKeyOf(groupId, epoch)),
    );
  return { feed, install };
};

describe('the feed of keys', () => {
  it('F10 hands over keys that cannot be read out', async () => {
    const { feed, install } = makeFeed();
    const { port, messages } = makeWorker();
    feed.connect(port);
    await install(1);
    const [message] = messages;
    expect(message?.type === 'install' && message.keys.baseKey.extractable).toBe(false);
  });

  it('F10 keeps the order of epochs that come at once', async () => {
    const { feed, install } = makeFeed();
    const { port, messages } = makeWorker();
    feed.connect(port);
    await Promise.all([1, 2, 3, 4, 5].map((epoch) => install(epoch)));
    const epochs = messages.map((message) => message.type === 'install' && message.keys.epoch);
    expect(epochs).toEqual([1, 2, 3, 4, 5]);
  });

  it('F16 hands the running epoch to a worker that comes late, to send in as well', async () => {
    const { feed, install } = makeFeed();
    const worker = makeWorker();
    await install(1);
    feed.connect(worker.port);
    feed.sendIn({ groupId: GROUP, epoch: 1 });
    expect(headerAfter(0, await worker.seal()).counter).toBe(0n);
  });

  it('F14 F16 lets a worker after a lost one open the running epoch, and seal only in later ones', async () => {
    const { feed, install } = makeFeed();
    const used = new Set<string>();
    let epoch = 0;
    for (let loss = 0; loss < 4; loss += 1) {
      const worker = makeWorker();
      feed.connect(worker.port);
      if (epoch > 0) {
        // Told again what it was told before: nothing may come of it.
        await install(epoch);
        feed.sendIn({ groupId: GROUP, epoch });
        expect(worker.ring.find(1, epoch)).toBeDefined();
        expect(await codeOf(worker.seal)).toBe('no-sending-key');
      }
      epoch += 1;
      await install(epoch);
      feed.sendIn({ groupId: GROUP, epoch });
      for (let frame = 0; frame < 3; frame += 1) {
        const { kid, counter } = headerAfter(0, await worker.seal());
        const nonce = `${epoch} ${kid} ${counter}`;
        expect(used).not.toContain(nonce);
        used.add(nonce);
      }
    }
    expect(used.size).toBe(12);
  });

  it('F12 hands over nothing after a wipe', async () => {
    const { feed, install } = makeFeed();
    const { ring, port } = makeWorker();
    feed.connect(port);
    const late = install(1);
    feed.wipe();
    await late;
    const next = makeWorker();
    feed.connect(next.port);
    await install(2);
    expect(ring.find(1, 1)).toBeUndefined();
    expect(next.messages).toEqual([]);
  });
});
