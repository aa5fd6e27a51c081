import { RoomId } from '@sotto/signaling/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { fetchIceServers, fetchJoinToken, fetchPeopleCount, HttpError } from './http.ts';

const roomId = RoomId.parse('a'.repeat(24));
const joinKey = 'K'.repeat(43);

const answerWith = (status: number, body: string): void => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status })));
};

const codeFrom = (promise: Promise<unknown>): Promise<string | null> =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof HttpError ? error.code : 'another error'),
  );

afterEach(() => {
  vi.unstubAllGlobals();
});

test('R3 a token is what the server says it is', async () => {
  answerWith(200, JSON.stringify({ token: 'join.token.0123456789', expiresInSeconds: 600 }));
  expect(await fetchJoinToken(roomId, joinKey)).toBe('join.token.0123456789');
});

test('people are counted', async () => {
  answerWith(200, JSON.stringify({ peers: 3 }));
  expect(await fetchPeopleCount(roomId, joinKey)).toBe(3);
});

test('the key goes in a header, not into an address', async () => {
  const asked: (readonly [string, string | undefined, string | null])[] = [];
  vi.stubGlobal('fetch', (path: string, { method, headers }: RequestInit) => {
    asked.push([path, method, new Headers(headers).get('authorization')]);
    return Promise.resolve(
      new Response(JSON.stringify({ peers: 1, token: 'join.token.0123456789' })),
    );
  });
  await fetchJoinToken(roomId, joinKey);
  await fetchPeopleCount(roomId, joinKey);
  expect(asked).toEqual([
    [`/api/rooms/${roomId}/token`, 'POST', `Bearer ${joinKey}`],
    [`/api/rooms/${roomId}`, 'GET', `Bearer ${joinKey}`],
  ]);
});

test.each([
  [404, JSON.stringify({ code: 'room-not-found' }), 'room-not-found'],
  [429, JSON.stringify({ code: 'rate-limited' }), 'busy'],
  [503, '<html>', 'busy'],
  [404, '<html>', 'internal'],
  [500, JSON.stringify({ code: 'internal' }), 'internal'],
  [200, JSON.stringify({ token: 7 }), 'internal'],
  [200, '<html>', 'internal'],
])('H1 %i with %s is %s', async (status, body, code) => {
  answerWith(status, body);
  expect(await codeFrom(fetchJoinToken(roomId, joinKey))).toBe(code);
});

test('a server that cannot be reached is unreachable', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')));
  expect(await codeFrom(fetchPeopleCount(roomId, joinKey))).toBe('unreachable');
});

test('ICE servers are asked for with the session token', async () => {
  const given = {
    iceServers: [{ urls: ['turn:turn.test'], username: '9:me', credential: 'secret' }],
    expiresInSeconds: 600,
  };
  const asked: (readonly [string, string | undefined, string | null])[] = [];
  vi.stubGlobal('fetch', (path: string, { method, headers }: RequestInit) => {
    asked.push([path, method, new Headers(headers).get('authorization')]);
    return Promise.resolve(new Response(JSON.stringify(given)));
  });
  expect(await fetchIceServers('session.token')).toEqual(given);
  expect(asked).toEqual([['/api/turn-credentials', 'GET', 'Bearer session.token']]);
});

test.each([
  [503, 'turn-not-configured'],
  [401, 'unauthorized'],
  [404, 'not-found'],
])('%i %s: there are none, and asking again would not help', async (status, code) => {
  answerWith(status, JSON.stringify({ code }));
  expect(await fetchIceServers('session.token')).toBeNull();
});

test.each([
  [503, '<html>', 'busy'],
  [429, JSON.stringify({ code: 'rate-limited' }), 'busy'],
  [200, JSON.stringify({ iceServers: 'none' }), 'internal'],
])('%i with %s says nothing of ICE servers', async (status, body, code) => {
  answerWith(status, body);
  expect(await codeFrom(fetchIceServers('session.token'))).toBe(code);
});
