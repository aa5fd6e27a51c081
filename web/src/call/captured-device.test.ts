// A device against a browser that answers when the test says so.
import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { settled } from '../signaling/testing/turns.ts';
import type { DeviceProblem } from './call-state.ts';
import { CaptureError, type CaptureKind } from './capture.ts';
import { CapturedDevice } from './captured-device.ts';
import { FakeTrack } from './testing/fake-track.ts';

const createScene = (kind: CaptureKind) => {
  const slot = {
    on: signal(true),
    track: signal<MediaStreamTrack | null>(null),
    problem: signal<DeviceProblem | null>(null),
    deviceId: signal<string | null>(null),
  };
  const asked: (string | null | undefined)[] = [];
  const answers: ((answer: FakeTrack | DeviceProblem) => void)[] = [];
  let losses = 0;
  const device = new CapturedDevice({
    kind,
    slot,
    capture: (wanted) => {
      asked.push(wanted[kind]);
      return new Promise((resolve, reject) => {
        answers.push((answer) => {
          if (typeof answer === 'string') reject(new CaptureError(answer));
          else resolve({ mic: null, cam: null, [kind]: answer });
        });
      });
    },
    onLost: () => {
      losses += 1;
    },
  });
  /** The browser answers the latest question. */
  const answer = async (given: FakeTrack | DeviceProblem): Promise<void> => {
    answers.pop()?.(given);
    await settled();
  };
  return { device, slot, asked, answer, losses: () => losses };
};

const camera = (id = 'cam1') => new FakeTrack('video', id);
const microphone = (id = 'mic1') => new FakeTrack('audio', id);

test('a camera shows as on at once, and has a track when the browser gives one', async () => {
  const { device, slot, answer } = createScene('cam');
  slot.on.value = false;
  const turnedOn = device.turnOn();
  expect(slot.on.value).toBe(true);
  const track = camera();
  await answer(track);
  await turnedOn;
  expect(slot.track.value).toBe(track);
  expect(slot.deviceId.value).toBe('cam1');
});

test('a camera that goes off is closed, a microphone only muted', async () => {
  const cam = createScene('cam');
  void cam.device.turnOn();
  const picture = camera();
  await cam.answer(picture);
  cam.device.turnOff();
  expect(picture.readyState).toBe('ended');
  expect(cam.slot.track.value).toBeNull();

  const mic = createScene('mic');
  void mic.device.turnOn();
  const sound = microphone();
  await mic.answer(sound);
  mic.device.turnOff();
  expect(mic.slot.track.value).toBe(sound);
  expect(sound.enabled).toBe(false);
  await mic.device.turnOn();
  expect(sound.enabled).toBe(true);
  expect(mic.asked).toHaveLength(1);
});

test('a camera that comes after it was turned off again is closed', async () => {
  const { device, slot, answer } = createScene('cam');
  void device.turnOn();
  device.turnOff();
  const late = camera();
  await answer(late);
  expect(late.readyState).toBe('ended');
  expect(slot.track.value).toBeNull();
});

test('a microphone that comes while muted is muted', async () => {
  const { device, slot, answer } = createScene('mic');
  void device.turnOn();
  device.turnOff();
  const late = microphone();
  await answer(late);
  expect(late.enabled).toBe(false);
  expect(slot.track.value).toBe(late);
});

test('without a device it is off, and says why', async () => {
  const { device, slot, answer } = createScene('cam');
  void device.turnOn();
  await answer('denied');
  expect(slot.on.value).toBe(false);
  expect(slot.problem.value).toBe('denied');
  expect(device.isMissing).toBe(true);
});

test('once the problem is mended it is on, as was wanted', async () => {
  const { device, slot, answer } = createScene('cam');
  void device.turnOn();
  await answer('in-use');
  void device.open(null);
  await answer(camera());
  expect(slot.on.value).toBe(true);
  expect(slot.problem.value).toBeNull();
});

test('another device replaces the first', async () => {
  const { device, slot, asked, answer } = createScene('mic');
  void device.turnOn();
  const first = microphone();
  await answer(first);
  void device.choose('mic2');
  const second = microphone('mic2');
  await answer(second);
  expect(asked).toEqual([null, 'mic2']);
  expect(slot.track.value).toBe(second);
  expect(first.readyState).toBe('ended');
});

test('when the other device is not to be had, the first goes on', async () => {
  const { device, slot, answer } = createScene('mic');
  void device.turnOn();
  const first = microphone();
  await answer(first);
  void device.choose('mic2');
  await answer('in-use');
  expect(slot.track.value).toBe(first);
  expect(slot.deviceId.value).toBe('mic1');
  expect(slot.problem.value).toBeNull();
  expect(slot.on.value).toBe(true);
});

describe('a device that is to work otherwise', () => {
  test('stays as it is where it can', async () => {
    const { device, slot, asked, answer } = createScene('mic');
    void device.turnOn();
    const track = microphone();
    await answer(track);
    await device.adjust(() => Promise.resolve(true));
    expect([slot.track.value, asked]).toEqual([track, [null]]);
  });

  test('is closed and opened anew where it cannot, and shows no gap', async () => {
    const { device, slot, asked, answer, losses } = createScene('mic');
    void device.turnOn();
    const first = microphone();
    await answer(first);
    void device.adjust(() => Promise.resolve(false));
    await settled();
    expect([slot.track.value, first.readyState]).toEqual([first, 'ended']);
    const second = microphone();
    await answer(second);
    expect(asked).toEqual([null, 'mic1']);
    expect([slot.track.value, slot.on.value, losses()]).toEqual([second, true, 0]);
  });

  test('says so where it cannot be opened anew', async () => {
    const { device, slot, answer } = createScene('mic');
    void device.turnOn();
    await answer(microphone());
    void device.adjust(() => Promise.resolve(false));
    await settled();
    await answer('in-use');
    expect([slot.track.value, slot.on.value, slot.problem.value]).toEqual([null, false, 'in-use']);
  });

  test('is left alone when it is not open, or another is by then', async () => {
    const { device, slot, asked, answer } = createScene('mic');
    await device.adjust(() => Promise.reject(new Error('there is none')));
    void device.turnOn();
    await answer(microphone());
    await device.adjust(() => {
      slot.track.value = microphone('mic2');
      return Promise.resolve(false);
    });
    expect(asked).toEqual([null]);
  });
});

test('a device that is chosen while off is opened when it goes on', async () => {
  const { device, slot, asked } = createScene('cam');
  slot.on.value = false;
  await device.choose('cam2');
  expect(asked).toEqual([]);
  void device.turnOn();
  expect(asked).toEqual(['cam2']);
});

test('for one that is remembered and gone, any other is taken', async () => {
  const { device, slot, asked, answer } = createScene('cam');
  slot.deviceId.value = 'cam7';
  void device.turnOn();
  await answer('missing');
  const other = camera();
  await answer(other);
  expect(asked).toEqual(['cam7', null]);
  expect(slot.track.value).toBe(other);
  expect(slot.deviceId.value).toBe('cam1');
  expect(slot.problem.value).toBeNull();
});

test('a device that is unplugged is told, and any other taken', async () => {
  const { device, slot, asked, answer, losses } = createScene('mic');
  void device.turnOn();
  const first = microphone();
  await answer(first);
  first.dispatchEvent(new Event('ended'));
  expect(losses()).toBe(1);
  const other = microphone('mic2');
  await answer(other);
  expect(asked).toEqual([null, null]);
  expect(slot.track.value).toBe(other);
});

test('after closing, what comes is closed too', async () => {
  const { device, slot, answer } = createScene('cam');
  void device.turnOn();
  device.close();
  device.close();
  const late = camera();
  await answer(late);
  expect(late.readyState).toBe('ended');
  expect(slot.track.value).toBeNull();
});
