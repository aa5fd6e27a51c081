// What comes back from the device's storage, whatever is in it.
import { expect, test } from 'vitest';
import { DEFAULT_PREFERENCES } from '../call/preferences.ts';
import { openSettings, preferencesOf } from './settings.ts';

const storageWith = (text: string | null) => {
  let held = text;
  const storage: Storage = {
    length: 1,
    clear: () => undefined,
    key: () => null,
    removeItem: () => undefined,
    getItem: () => held,
    setItem: (_key, value) => {
      held = value;
    },
  };
  return { storage: () => storage, held: () => held };
};

const DEFAULTS = {
  name: '',
  microphoneId: null,
  cameraId: null,
  speakerId: null,
  mirror: true,
  theme: 'system',
  ...DEFAULT_PREFERENCES,
};

const from = (text: string | null) => openSettings(storageWith(text).storage).current.value;

test('what was changed comes back, all of it and nothing more', () => {
  const { storage, held } = storageWith(null);
  openSettings(storage).change({ name: 'Ada', cameraId: 'c1' });
  openSettings(storage).change({ mirror: false, theme: 'dark' });
  const all = { ...DEFAULTS, name: 'Ada', cameraId: 'c1', mirror: false, theme: 'dark' };
  expect(openSettings(storage).current.value).toEqual(all);
  expect(JSON.parse(held() ?? '')).toEqual(all);
});

test.each([null, '{}', 'not json', '[]', '7', '{"name":7}', '{"name":"  ","theme":"pink"}'])(
  'what cannot be read gives the defaults: %s',
  (text) => {
    expect(from(text)).toEqual(DEFAULTS);
  },
);

test('what can be read is kept beside what cannot', () => {
  expect(from('{"name":"Ada","mirror":"maybe","cameraId":""}')).toEqual({
    ...DEFAULTS,
    name: 'Ada',
  });
});

test('what is preferred comes back, each by itself', () => {
  const chosen = {
    videoQuality: 'low',
    bandwidthLimitKbps: 500,
    audioOnly: true,
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
    hideAddress: true,
  } as const;
  const { storage } = storageWith(null);
  openSettings(storage).change({ name: 'Ada', ...chosen });
  expect(preferencesOf(openSettings(storage).current.value)).toEqual(chosen);
  const spoilt = { ...chosen, videoQuality: '4k', bandwidthLimitKbps: 501, audioOnly: 'yes' };
  expect(from(JSON.stringify(spoilt))).toEqual({
    ...DEFAULTS,
    ...chosen,
    videoQuality: 'auto',
    bandwidthLimitKbps: null,
    audioOnly: false,
  });
});

test('forbidden storage is survived', () => {
  const settings = openSettings(() => {
    throw new Error('denied');
  });
  expect(settings.current.value).toEqual(DEFAULTS);
  settings.change({ name: 'Ada' });
  expect(settings.current.value.name).toBe('Ada');
});
