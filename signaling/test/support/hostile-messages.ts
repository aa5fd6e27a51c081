// What a stranger might send: broken, oversized, out of order, repeated, or valid but for one thing.
import { camParameters, micParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import { OFFERED_CAPABILITIES } from '../../src/media/offered-capabilities.ts';
import { LIMITS, PROTOCOL_VERSION, Requests } from '../../src/protocol/index.ts';
import { hashOf } from './group-samples.ts';
import type { Seeded } from './seeded.ts';

export type Hostile = string | Buffer;

const METHODS = [...Object.keys(Requests), '__proto__', 'constructor', 'toString', '', 'JOIN'];

const LEAVES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  '\u0000',
  '\ud800',
  '__proto__',
  'mic',
  'send',
  'off',
  'A'.repeat(24),
  'A'.repeat(5_000),
  [],
  {},
];

const anyValue = (random: Seeded, depth = 0): unknown => {
  if (depth > 3 || random.chance(0.5)) return random.pick(LEAVES);
  const size = random.int(5);
  const values = Array.from({ length: size }, () => anyValue(random, depth + 1));
  if (random.chance(0.5)) return values;
  return Object.fromEntries(
    values.map((value, index) => [`${random.pick(METHODS)}${index}`, value]),
  );
};

const dtls = {
  role: 'client',
  fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }],
};

/** Data as a real client would send it, for a session that may or may not be in a room. */
const validData = (random: Seeded, placement: number): Readonly<Record<string, unknown>> => ({
  join: { protocol: PROTOCOL_VERSION, token: 'x'.repeat(200), direct: true },
  resume: {
    protocol: PROTOCOL_VERSION,
    sessionToken: 'x'.repeat(200),
    position: { incarnation: 'A'.repeat(16), version: 3, head: 'B'.repeat(16) },
    lastMessage: random.pick([0, 7, 2 ** 52]),
  },
  leave: {},
  'set-direct': { direct: random.chance(0.5) },
  'peer-to-peer': { with: 'H'.repeat(16), outcome: random.pick(['slow', 'arrived', 'failed']) },
  'restart-ice': { direction: random.pick(['send', 'receive']), placement, transportId: 'x' },
  heartbeat: {},
  'open-transport': random.chance(0.5)
    ? { direction: 'send', placement }
    : { direction: 'receive', placement, rtpCapabilities: OFFERED_CAPABILITIES },
  'connect-transport': {
    direction: random.pick(['send', 'receive']),
    placement,
    dtlsParameters: dtls,
  },
  produce: {
    source: random.pick(['mic', 'cam', 'screen', 'screenAudio']),
    on: random.chance(0.5),
    placement,
    rtpParameters: random.chance(0.5) ? micParameters() : camParameters(),
  },
  'set-stream': { source: random.pick(['mic', 'cam']), on: random.chance(0.5) },
  'close-stream': { source: random.pick(['mic', 'cam', 'screen']) },
  consume: { placement, producerIds: ['C'.repeat(16)] },
  view: { placement, view: { ['C'.repeat(16)]: random.pick(['off', 0, 1, 2]) } },
  'request-key-frames': { placement, producerIds: ['C'.repeat(16)] },
  ...groupData(random),
});

const MESSAGE_IDS = ['D', 'E', 'F', 'G'].map((letter) => letter.repeat(16));
const PEERS = ['H', 'I'].map((letter) => letter.repeat(16));

/** The last one is no spelling of 8 bytes. */
const TAGS = ['AAAAAAAAAAA', 'AAAAAAAAAAE', 'AAAAAAAAAAB'];

/** Few groups, epochs, tags and names, so that some are the room's: generations 0 to 2. */
const groupData = (random: Seeded): Readonly<Record<string, unknown>> => {
  const point = () => ({
    // Now and then in a spelling that is none.
    groupId: `AAAAA${random.pick(['A', 'Q', 'g'])}${'A'.repeat(15)}${random.chance(0.1) ? 'B' : 'A'}`,
    epoch: random.int(4),
  });
  const messageId = random.pick(MESSAGE_IDS);
  const envelope = random.pick(['AAAA', 'A'.repeat(4_000), 'A'.repeat(20_000)]);
  const tag = random.pick(TAGS);
  return {
    'read-room': {},
    'create-group': { group: point(), prev: random.chance(0.5) ? null : point(), tag },
    'key-package': { messageId, envelope },
    commit: {
      messageId,
      group: point(),
      tagHash: hashOf(tag),
      envelope,
      welcomes: random.chance(0.5) ? [] : PEERS.map((to) => ({ to, envelope: 'AAAA' })),
    },
    'epoch-ready': { group: point(), tag },
    'bad-commit': { messageId },
    'app-message': { envelope, ...(random.chance(0.3) && { to: random.pick(PEERS) }) },
  };
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy in which one place, anywhere within, holds something else. */
const mutate = (random: Seeded, value: unknown): unknown => {
  if (random.chance(0.2)) return anyValue(random);
  if (Array.isArray(value)) {
    const at = random.int(value.length + 1);
    return random.chance(0.2)
      ? Array.from({ length: 300 }, () => value[0] ?? 0)
      : value.map((item: unknown, index) => (index === at ? mutate(random, item) : item));
  }
  if (!isObject(value)) return anyValue(random);
  const keys = Object.keys(value);
  if (keys.length === 0) return { extra: anyValue(random) };
  const key = random.pick(keys);
  return { ...value, [key]: random.chance(0.2) ? undefined : mutate(random, value[key]) };
};

const garbage = (random: Seeded): Hostile =>
  random.pick<() => Hostile>([
    () => 'not json',
    () => '',
    () => '['.repeat(60_000),
    () => '{"id":1,"method":"join","data":',
    () => '{"id":1e999,"method":"join","data":{}}',
    () => '{"id":1,"id":2,"method":"leave","__proto__":{"x":1}}',
    () => JSON.stringify(anyValue(random)),
    () => Buffer.from([0, 255, 254, random.int(256)]),
    () => 'x'.repeat(LIMITS.messageBytes + 1),
  ])();

export const hostileMessage = (random: Seeded, placement: number): Hostile => {
  if (random.chance(0.05)) return garbage(random);
  // Few ids, so that they repeat.
  const id = random.chance(0.9) ? random.int(50) : anyValue(random);
  const method = random.chance(0.9) ? random.pick(Object.keys(Requests)) : random.pick(METHODS);
  const valid = validData(random, placement + random.pick([0, 0, 0, 1, -1]))[method] ?? {};
  const data = random.chance(0.5) ? valid : mutate(random, valid);
  return JSON.stringify({ id, method, data });
};
