// Senders against a browser that remembers what it was told.
import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { settled } from '../signaling/testing/turns.ts';
import { LimitedSenders } from './limited-senders.ts';
import { DEFAULT_PREFERENCES } from './preferences.ts';
import { applyLimits, sendEncoding } from './send-encodings.ts';
import { sendLimits } from './send-limits.ts';
import type { MediaPath } from './stats/call-details.ts';
import { FakeTrack } from './testing/fake-track.ts';

class SizedTrack extends FakeTrack {
  readonly #width: number;
  readonly #height: number;

  constructor(width: number, height: number) {
    super('video', 'cam');
    this.#width = width;
    this.#height = height;
  }

  override getSettings(): MediaTrackSettings {
    return { width: this.#width, height: this.#height };
  }
}

/** As browsers have it: what was read must be written back, complete, before it is read again. */
class FakeSender {
  encodings: RTCRtpEncodingParameters[];
  written = 0;
  #transaction = 0;

  constructor(encodings: readonly RTCRtpEncodingParameters[] = [{}]) {
    this.encodings = encodings.map((encoding) => ({ active: true, ...encoding }));
  }

  getParameters(): RTCRtpSendParameters {
    this.#transaction += 1;
    return {
      transactionId: String(this.#transaction),
      encodings: this.encodings.map((encoding) => ({ ...encoding })),
      codecs: [],
      headerExtensions: [],
      rtcp: {},
    };
  }

  setParameters({ transactionId, encodings }: RTCRtpSendParameters): Promise<void> {
    const isKept = encodings.every(({ rid }, index) => rid === this.encodings[index]?.rid);
    if (transactionId !== String(this.#transaction) || !isKept) {
      return Promise.reject(new DOMException('modified', 'InvalidModificationError'));
    }
    this.written += 1;
    this.encodings = encodings;
    return Promise.resolve();
  }
}

const camSender = (): FakeSender =>
  new FakeSender(
    sendEncoding('cam', 'sfu').encodings?.map((encoding, index) => ({
      ...encoding,
      rid: `r${index}`,
    })),
  );

const activeOf = ({ encodings }: FakeSender) => encodings.map(({ active }) => active);

const createScene = (path: MediaPath = 'sfu') => {
  const preferences = signal(DEFAULT_PREFERENCES);
  return { preferences, senders: new LimitedSenders({ path, preferences }) };
};

describe('applyLimits', () => {
  const limits = sendLimits('cam', 'sfu', {
    preferences: { ...DEFAULT_PREFERENCES, videoQuality: 'low' },
    size: null,
    isSharing: false,
  });

  test('keeps what it does not know, and writes nothing where nothing changes', async () => {
    const sender = camSender();
    await applyLimits(sender, limits);
    expect(sender.encodings[0]).toMatchObject({ rid: 'r0', scalabilityMode: 'L1T3' });
    expect(activeOf(sender)).toEqual([true, false, false]);
    await applyLimits(sender, limits);
    expect(sender.written).toBe(1);
  });

  test('leaves a bitrate alone that has no bound', async () => {
    const sender = new FakeSender();
    const preferences = DEFAULT_PREFERENCES;
    await applyLimits(
      sender,
      sendLimits('mic', 'sfu', { preferences, size: null, isSharing: false }),
    );
    expect(sender.encodings).toEqual([{ active: true, priority: 'high', networkPriority: 'high' }]);
  });
});

describe('senders', () => {
  test('are limited before they carry anything, and with every other preference', async () => {
    const { preferences, senders } = createScene();
    const sender = camSender();
    await senders.carry('cam', sender, new SizedTrack(320, 180));
    expect(activeOf(sender)).toEqual([true, false, false]);
    await senders.carry('cam', sender, new SizedTrack(1280, 720));
    expect(activeOf(sender)).toEqual([true, true, true]);
    preferences.value = { ...DEFAULT_PREFERENCES, videoQuality: 'standard' };
    await settled();
    expect(activeOf(sender)).toEqual([true, true, false]);
  });

  test('a screen takes from the camera while it is there, and no longer', async () => {
    const { preferences, senders } = createScene();
    preferences.value = { ...DEFAULT_PREFERENCES, bandwidthLimitKbps: 1_000 };
    const cam = camSender();
    await senders.carry('cam', cam, new SizedTrack(1280, 720));
    expect(activeOf(cam)).toEqual([true, true, false]);
    await senders.carry('screen', new FakeSender(), new SizedTrack(1920, 1080));
    expect(activeOf(cam)).toEqual([true, false, false]);
    senders.drop('screen');
    await settled();
    expect(activeOf(cam)).toEqual([true, true, false]);
  });

  test('follow what the other side shows', async () => {
    const { senders } = createScene('p2p');
    const cam = new FakeSender();
    await senders.carry('cam', cam, new SizedTrack(1280, 720));
    senders.want('cam', 0);
    await settled();
    expect(cam.encodings[0]?.scaleResolutionDownBy).toBe(4);
    senders.want('cam', 'off');
    await settled();
    expect(activeOf(cam)).toEqual([false]);
  });

  test('one that was stopped does not keep the others from their limits', async () => {
    const { senders } = createScene();
    const gone = camSender();
    gone.setParameters = () => Promise.reject(new DOMException('stopped', 'InvalidStateError'));
    await senders.carry('screen', gone, null);
    const cam = camSender();
    await senders.carry('cam', cam, new SizedTrack(320, 180));
    expect(activeOf(cam)).toEqual([true, false, false]);
  });

  test('are left alone once closed', async () => {
    const { preferences, senders } = createScene();
    const cam = camSender();
    await senders.carry('cam', cam, new SizedTrack(1280, 720));
    senders.close();
    senders.close();
    preferences.value = { ...DEFAULT_PREFERENCES, videoQuality: 'low' };
    await settled();
    expect(activeOf(cam)).toEqual([true, true, true]);
  });
});
