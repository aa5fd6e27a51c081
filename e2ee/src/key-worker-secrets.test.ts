// What must never leave the key worker, looked for in everything that left it.
import { afterEach, expect, test, vi } from 'vitest';
import { toBase64url, utf8 } from './group-bytes.ts';
import { deriveEnvelopeKey, deriveJoinKey, derivePreSharedKey } from './link-secret.ts';
import type * as keySchedule from 'ts-mls/keySchedule.js';
import { createGroupKeys } from './mls-group-keys.ts';
import type { EpochFacts } from './mls-membership.ts';
import { toHex } from './testing/hex.ts';
import { KeyWorld, ROOM_ID, SECRET } from './testing/key-world.ts';

const exported = vi.hoisted((): { readonly secrets: Uint8Array[] } => ({ secrets: [] }));
vi.mock('ts-mls/keySchedule.js', async (load) => {
  const original = await load<typeof keySchedule>();
  const mlsExporter: typeof original.mlsExporter = async (secret, ...rest) => {
    const value = await original.mlsExporter(secret, ...rest);
    exported.secrets.push(secret.slice(), value.slice());
    return value;
  };
  return { ...original, mlsExporter };
});

afterEach(() => vi.restoreAllMocks());

/** Every text in it, and its bytes; bytes as hex. */
function* textsIn(value: unknown): Generator<string> {
  if (value instanceof Uint8Array) yield toHex(value);
  else if (typeof value === 'string') yield `${value} ${toHex(utf8(value))}`;
  else if (Array.isArray(value) || value instanceof Map)
    for (const each of value) yield* textsIn(each);
  else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) yield* textsIn(each);
  }
}

/** Whether these bytes are anywhere in it: as bytes, or as text in hex or base64url. */
function holds(value: unknown, secret: Uint8Array): boolean {
  // The last characters also hold what stands behind.
  const spelled = toBase64url(secret.subarray(0, secret.length - (secret.length % 3)));
  return [...textsIn(value)].some((text) => text.includes(toHex(secret)) || text.includes(spelled));
}

test('G39 no secret is in anything that the worker says, and no name in what the server gets', async () => {
  const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name),
  );
  const world = new KeyWorld();
  const installed: Uint8Array[] = [];
  const remember = async (entering: Promise<EpochFacts>): Promise<EpochFacts> => {
    const facts = await entering;
    installed.push(facts.baseKey);
    return facts;
  };
  world.createKeys = async (deps) => {
    const keys = await createGroupKeys(deps);
    const [adoptDraft, join] = [keys.adoptDraft.bind(keys), keys.join.bind(keys)];
    keys.adoptDraft = (groupId) => remember(adoptDraft(groupId));
    keys.join = (...args) => remember(join(...args));
    return keys;
  };
  const gone: unknown[] = [];
  for (const peerId of ['a', 'b', 'c']) {
    world.join(peerId);
    await world.together(...world.people.keys());
    await world.say(peerId, 'what is said');
    await world.during(world.person(peerId).client.safetyCode());
  }
  const { news, sent } = world.person('b');
  gone.push(news, sent);
  world.leave('b');
  await world.together('a', 'c');
  world.person('c').raise('unhandledrejection');
  const all = [...world.people.values()].map((person) => [person.news, person.sent]);

  const secrets = [
    utf8(SECRET),
    Uint8Array.from({ length: 32 }, (_, index) => index),
    deriveJoinKey(SECRET),
    deriveEnvelopeKey(SECRET, ROOM_ID),
    derivePreSharedKey(SECRET, ROOM_ID),
    ...exported.secrets,
  ];
  // Three who entered the group, and what the others followed.
  expect(secrets.length).toBeGreaterThan(5 + 2 * 6);
  for (const secret of secrets) expect(holds([all, gone], secret), toHex(secret)).toBe(false);
  const toServer = [...world.people.values()].map(({ sent: own }) => own);
  const envelopes = [...all, gone].flat().flatMap((told) => told);
  for (const peerId of ['a', 'b', 'c']) {
    const name = utf8(`name of ${peerId}`);
    expect(holds([toServer, sent], name)).toBe(false);
    // What the search is worth: the roster that the page gets has them.
    expect(holds(all, name)).toBe(true);
  }
  expect(holds(envelopes.filter(isSealed), utf8('what is said'))).toBe(false);
  expect(holds(all, utf8('what is said'))).toBe(true);

  // Handed over, their bytes are overwritten.
  expect(installed).toHaveLength(3);
  for (const baseKey of installed) expect(toHex(baseKey)).toBe('00'.repeat(16));
  for (const spy of consoles) expect(spy).not.toHaveBeenCalled();
  world.close();
});

const isSealed = (told: unknown): boolean =>
  typeof told === 'object' && told !== null && 'type' in told && told.type === 'sealed';
