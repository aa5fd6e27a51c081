// The own streams against a record and a media node that tests play.
import type { Streams, StreamSource } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { RequestError, type RequestErrorCode } from '../signaling/request-error.ts';
import { NO_STREAMS, producerId } from '../signaling/testing/room-samples.ts';
import { settled, turn } from '../signaling/testing/turns.ts';
import { type Carrier, OwnStreams } from './own-streams.ts';
import { FakeTrack } from './testing/fake-track.ts';

const createScene = () => {
  const asked: string[] = [];
  const refused: StreamSource[] = [];
  let streams: Streams = NO_STREAMS;
  let refuseWith: RequestErrorCode | null = null;

  const record = (source: StreamSource, stream: Streams[StreamSource]): void => {
    streams = { ...streams, [source]: stream };
  };

  const carried = new Map<StreamSource, MediaStreamTrack | null>();
  const carrier: Carrier = {
    takesNew: true,
    carried: (source) => carried.get(source),
    produce: async (source, on, track) => {
      asked.push(`produce ${source} ${on ? 'on' : 'off'}`);
      await turn();
      carried.set(source, track);
      record(source, { on, producerId: producerId(source) });
    },
    replace: async (source, track) => {
      asked.push(`replace ${source} ${track?.id ?? 'by nothing'}`);
      carried.set(source, track);
    },
    stop: (source) => {
      carried.delete(source);
    },
  };

  const own = new OwnStreams({
    setStream: async (source, on) => {
      asked.push(`set ${source} ${on ? 'on' : 'off'}`);
      await turn();
      if (refuseWith !== null) throw new RequestError(refuseWith);
      record(source, { ...streams[source], on });
    },
    closeStream: async (source) => {
      asked.push(`close ${source}`);
      record(source, { on: false });
    },
    recorded: () => streams,
    onRefused: (source) => refused.push(source),
  });

  return {
    own,
    carrier,
    asked,
    refused,
    streams: () => streams,
    refuse: (code: RequestErrorCode | null) => {
      refuseWith = code;
    },
  };
};

const mic = new FakeTrack('audio', 'mic');
const cam = new FakeTrack('video', 'cam');

test('what is on before there is media is declared, then produced', async () => {
  const { own, carrier, asked, streams } = createScene();
  own.want('mic', { state: 'on', track: mic });
  await settled();
  own.sendOver([carrier]);
  await settled();
  expect(asked).toEqual(['set mic on', 'produce mic on']);
  expect(streams().mic).toEqual({ on: true, producerId: producerId('mic') });
});

test('a wish that changes while it is being fulfilled ends as the last wish', async () => {
  const { own, carrier, asked, streams } = createScene();
  own.sendOver([carrier]);
  own.want('mic', { state: 'on', track: mic });
  own.want('mic', { state: 'off', track: mic });
  own.want('mic', { state: 'on', track: mic });
  own.want('mic', { state: 'off', track: mic });
  await settled();
  expect(asked).toEqual(['produce mic on', 'set mic off']);
  expect(streams().mic.on).toBe(false);
});

test('a camera goes off, and on again with a new track', async () => {
  const { own, carrier, asked } = createScene();
  own.sendOver([carrier]);
  const wishes = [
    { state: 'on', track: cam },
    { state: 'off', track: null },
    { state: 'on', track: new FakeTrack('video', 'cam2') },
  ] as const;
  for (const wish of wishes) {
    own.want('cam', wish);
    await settled();
  }
  expect(asked).toEqual([
    'produce cam on',
    'set cam off',
    'replace cam by nothing',
    'replace cam cam2',
    'set cam on',
  ]);
});

test('a screen ends by being closed', async () => {
  const { own, carrier, asked } = createScene();
  own.sendOver([carrier]);
  own.want('screen', { state: 'on', track: cam });
  await settled();
  own.want('screen', { state: 'closed', track: null });
  await settled();
  expect(asked).toEqual(['produce screen on', 'close screen']);
});

test('media under another placement is produced anew', async () => {
  const { own, carrier, asked } = createScene();
  own.sendOver([carrier]);
  own.want('mic', { state: 'on', track: mic });
  await settled();
  own.sendOver([]);
  carrier.stop('mic');
  own.sendOver([carrier]);
  await settled();
  expect(asked).toEqual(['produce mic on', 'produce mic on']);
});

test('C5 one of two ways that does not work keeps nothing off the other, and is no refusal', async () => {
  const { own, carrier, asked, refused, streams } = createScene();
  const broken: Carrier = {
    takesNew: true,
    carried: () => undefined,
    produce: () => Promise.reject(new Error('stopped')),
    replace: async () => undefined,
    stop: () => undefined,
  };
  own.want('cam', { state: 'on', track: cam });
  own.sendOver([broken, carrier]);
  await settled();
  expect(asked).toContain('produce cam on');
  expect(streams().cam.on).toBe(true);
  expect(refused).toEqual([]);
});

test('what goes out by two ways is the same by both, and ends by both', async () => {
  const first = createScene();
  const second = createScene();
  const { own } = first;
  own.want('mic', { state: 'on', track: mic });
  own.sendOver([first.carrier]);
  await settled();
  own.sendOver([first.carrier, second.carrier]);
  await settled();
  expect([first, second].map(({ carrier }) => carrier.carried('mic'))).toEqual([mic, mic]);
  const other = new FakeTrack('audio', 'other');
  own.want('mic', { state: 'on', track: other });
  await settled();
  expect([first, second].map(({ carrier }) => carrier.carried('mic'))).toEqual([other, other]);
  own.want('mic', { state: 'closed', track: null });
  await settled();
  expect([first, second].map(({ carrier }) => carrier.carried('mic'))).toEqual([
    undefined,
    undefined,
  ]);
});

/** As it is once the room moves from there. */
const left = ({ carrier }: ReturnType<typeof createScene>): Carrier => ({
  takesNew: false,
  carried: (source) => carrier.carried(source),
  produce: () => Promise.reject(new Error('the server refuses it')),
  replace: (source, track) => carrier.replace(source, track),
  stop: (source) => carrier.stop(source),
});

test('M17 what is being left goes on with what it carries, takes nothing new, and ends with the rest', async () => {
  const before = createScene();
  const { own, carrier, asked, refused } = createScene();
  own.want('mic', { state: 'on', track: mic });
  own.sendOver([before.carrier]);
  await settled();
  const former = left(before);
  own.sendOver([former]);
  own.want('screen', { state: 'on', track: cam });
  await settled();
  expect(before.asked).toEqual(['produce mic on']);
  expect(asked).toEqual(['set mic on', 'set screen on']);
  own.sendOver([carrier, former]);
  await settled();
  expect(asked.slice(2)).toEqual(['produce mic on', 'produce screen on']);
  const other = new FakeTrack('audio', 'other');
  own.want('mic', { state: 'on', track: other });
  await settled();
  expect([carrier, former].map((one) => one.carried('mic'))).toEqual([other, other]);
  own.want('mic', { state: 'closed', track: null });
  await settled();
  expect([carrier, former].map((one) => one.carried('mic'))).toEqual([undefined, undefined]);
  expect(former.carried('screen')).toBeUndefined();
  expect(refused).toEqual([]);
});

test('a refused wish is told, once', async () => {
  const { own, refused, refuse, asked } = createScene();
  refuse('internal');
  own.want('mic', { state: 'on', track: mic });
  await settled();
  expect(asked).toEqual(['set mic on']);
  expect(refused).toEqual(['mic']);
});

test('a refused off is not told: here it is off, whatever the server says', async () => {
  const { own, refused, refuse, carrier } = createScene();
  own.sendOver([carrier]);
  own.want('mic', { state: 'on', track: mic });
  await settled();
  refuse('internal');
  own.want('mic', { state: 'off', track: mic });
  await settled();
  expect(refused).toEqual([]);
});

test.each(['room-reset', 'timeout', 'unavailable', 'stale-placement'] as const)(
  'V4 M2 %s is no refusal: it is tried again when something changes',
  async (code) => {
    const { own, refused, refuse, asked, streams } = createScene();
    refuse(code);
    own.want('mic', { state: 'on', track: mic });
    await settled();
    refuse(null);
    own.pursueAll();
    await settled();
    expect(asked).toEqual(['set mic on', 'set mic on']);
    expect(refused).toEqual([]);
    expect(streams().mic.on).toBe(true);
  },
);
