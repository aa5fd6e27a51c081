// Settings of a running microphone, against tracks as browsers have them.
import { expect, test } from 'vitest';
import { processSound, type SoundProcessing } from './sound-processing.ts';
import { FakeTrack } from './testing/fake-track.ts';

const ALL: SoundProcessing = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};
const NOISY: SoundProcessing = { ...ALL, noiseSuppression: false };

class Microphone extends FakeTrack {
  processing: SoundProcessing = ALL;
  obeys = false;
  readonly asked: MediaTrackConstraints[] = [];
  readonly #choices: boolean[];

  constructor(choices: boolean[] = [true, false]) {
    super('audio', 'mic');
    this.#choices = choices;
  }

  override applyConstraints(constraints: MediaTrackConstraints = {}): Promise<void> {
    this.asked.push(constraints);
    const noiseSuppression = constraints.noiseSuppression === true;
    if (this.obeys) this.processing = { ...this.processing, noiseSuppression };
    return Promise.resolve();
  }

  override getCapabilities(): MediaTrackCapabilities {
    const choices = this.#choices;
    return { echoCancellation: choices, noiseSuppression: choices, autoGainControl: choices };
  }

  override getSettings(): MediaTrackSettings {
    return { deviceId: 'mic', ...this.processing };
  }
}

test('a browser that changes the running microphone is asked once', async () => {
  const mic = new Microphone();
  mic.obeys = true;
  expect(await processSound(mic, NOISY)).toBe(true);
  expect(await processSound(mic, NOISY)).toBe(true);
  expect(mic.asked).toEqual([NOISY]);
});

test('one that says yes and does nothing has to open it anew', async () => {
  expect(await processSound(new Microphone(), NOISY)).toBe(false);
});

test('so does one that refuses', async () => {
  const mic = new Microphone();
  mic.applyConstraints = () => Promise.reject(new DOMException('no', 'OverconstrainedError'));
  expect(await processSound(mic, NOISY)).toBe(false);
});

test('what a device cannot do is not tried', async () => {
  const mic = new Microphone([true]);
  expect(await processSound(mic, NOISY)).toBe(true);
  expect(mic.asked).toEqual([]);
});
