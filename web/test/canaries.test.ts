// What nobody but the members may ever see is looked for in everything that the server has: what it
// stores, what it logs at its most talkative, and every text that crosses a socket, in either direction.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GroupKeys } from '../../e2ee/src/group-keys.ts';
import {
  deriveEnvelopeKey,
  deriveJoinKey,
  derivePreSharedKey,
  joinHash,
} from '../../e2ee/src/link-secret.ts';
import { createGroupKeys } from '../../e2ee/src/mls-group-keys.ts';
import { toBase64url } from '../../e2ee/src/group-bytes.ts';
import { GroupScene } from './support/group-scene.ts';
import { eventOf } from './support/said.ts';

const NAMES = ['Canary Annabel', 'Canary Bertrand', 'Canary Cynthia', 'Canary Dorothea'] as const;
const TEXTS = [
  'the canary sings at a quarter to nine',
  'a second canary, with an umlaut: Kanarienvögel',
  'what the canary said when somebody had left',
] as const;

let scene: GroupScene;
/** Of all members and epochs: what frames are sealed under. */
const baseKeys: Uint8Array[] = [];

const remember = (result: unknown): void => {
  if (typeof result !== 'object' || result === null) return;
  if ('baseKey' in result && result.baseKey instanceof Uint8Array) {
    // The original is overwritten once it was handed over.
    baseKeys.push(result.baseKey.slice());
  } else if ('epoch' in result) remember(result.epoch);
};

const remembering = (keys: GroupKeys): GroupKeys =>
  new Proxy(keys, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        const result: unknown = await value.apply(target, args);
        remember(result);
        return result;
      };
    },
  });

beforeEach(async () => {
  baseKeys.length = 0;
  scene = await GroupScene.start({
    apps: 2,
    makeKeys: async (deps) => remembering(await createGroupKeys(deps)),
  });
});
afterEach(() => scene.close());

/** Joins, chat, a lost socket, a leave, and somebody who comes after all that. */
const meet = async (): Promise<void> => {
  const [ada, bob, cy] = await scene.gather(NAMES[0], NAMES[1], NAMES[2]);
  if (ada === undefined || bob === undefined || cy === undefined) throw new Error('nobody came');
  await scene.say(ada, TEXTS[0]);
  bob.wire.offline = true;
  bob.wire.drop();
  await scene.say(cy, TEXTS[1]);
  bob.wire.offline = false;
  await scene.time.until(() => bob.texts.length === 2);
  scene.leave(cy);
  await scene.converge();
  await scene.say(bob, TEXTS[2]);
  await scene.gather(NAMES[3]);
  await scene.chatAllWays();
  scene.leave(ada);
  await scene.converge();
  // All of it was really said, and heard.
  expect(bob.texts.slice(0, 2)).toEqual([`${NAMES[0]}: ${TEXTS[0]}`, `${NAMES[2]}: ${TEXTS[1]}`]);
};

/** As it is, and as it would look inside of JSON, base64, base64url and hex, wherever it begins. */
const spellings = (canary: Uint8Array | string): readonly string[] => {
  const bytes = Buffer.from(canary);
  const encoded = [0, 1, 2].flatMap((shift) => {
    // Base64 of text that stands somewhere in more: without what depends on its neighbours.
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    const text = shifted.toString('base64');
    const from = shift === 0 ? 0 : 4;
    const inside = text.slice(from, Math.floor((shifted.length * 8) / 6) - 1);
    return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = bytes.toString('hex');
  const plain = typeof canary === 'string' ? [canary, JSON.stringify(canary).slice(1, -1)] : [];
  return [...new Set([...plain, hex, hex.toUpperCase(), ...encoded])];
};

const isIn = (places: readonly string[], canary: Uint8Array | string): boolean =>
  spellings(canary).some((spelling) => places.some((place) => place.includes(spelling)));

const places = () => ({
  stored: scene.apps.stored,
  logged: scene.apps.logLines,
  frames: scene.frames,
});

const foundIn = (canary: Uint8Array | string): readonly string[] =>
  Object.entries(places())
    .filter(([, texts]) => isIn(texts, canary))
    .map(([place]) => place);

test('spellings are found wherever they stand', () => {
  const canary = 'a canary in a coal mine';
  for (const before of ['', 'x', 'xy', 'xyz']) {
    for (const after of ['', 'z', 'zy']) {
      const text = `${before}${canary}${after}`;
      for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
        expect(isIn([Buffer.from(text).toString(encoding)], canary)).toBe(true);
        expect(isIn([`{"a":"${Buffer.from(text).toString(encoding)}"}`], canary)).toBe(true);
      }
    }
  }
  expect(isIn(['another bird'], canary)).toBe(false);
});

test('G3 K9 the link’s secret, its keys, frame keys and texts are nowhere on the server', async () => {
  await meet();
  const { secret, roomId } = scene;
  // What the server may have is there: so it is looked for in the right places.
  for (const [place, texts] of Object.entries(places()))
    expect(texts.length, place).toBeGreaterThan(10);
  expect(scene.frames.filter((text) => eventOf(text)?.event === 'commit').length).toBeGreaterThan(
    5,
  );
  expect(scene.frames.filter((text) => eventOf(text)?.event === 'app-message')).not.toEqual([]);
  const [one] = scene.members;
  expect(foundIn(one?.peerId ?? '')).toEqual(['stored', 'logged', 'frames']);

  expect(baseKeys.length).toBeGreaterThan(10);
  const canaries: readonly (readonly [string, Uint8Array | string])[] = [
    ['secret', secret],
    ['secret bytes', Buffer.from(secret, 'base64url')],
    ['K_env', deriveEnvelopeKey(secret, roomId)],
    ['K_psk', derivePreSharedKey(secret, roomId)],
    ...baseKeys.map((key) => ['base key', key] as const),
    ...TEXTS.map((text) => ['text', text] as const),
  ];
  const found = canaries.map(([name, canary]) => [name, foundIn(canary)]);
  expect(found).toEqual(canaries.map(([name]) => [name, []]));
});

test('G3 K_join is told over HTTP alone: it is in no record, no log and no socket', async () => {
  await meet();
  const joinKey = deriveJoinKey(scene.secret);
  expect(foundIn(joinKey)).toEqual([]);
  expect(foundIn(toBase64url(joinKey))).toEqual([]);
  expect(isIn(scene.apps.logLines, joinHash(joinKey))).toBe(false);
});

test('G6 names are sealed: they are nowhere on the server', async () => {
  await meet();
  expect(NAMES.map((name) => foundIn(name))).toEqual(NAMES.map(() => []));
});
