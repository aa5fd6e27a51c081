// What a scrape finds, held against METRICS.md: every figure that is told is documented with its kind and
// labels, and every one that is documented is told.
import { createMediaServer, type MediaServer } from '@sotto/sfu-worker';
import { createMediaMetrics, type MediaMetrics } from '@sotto/sfu-worker/metrics';
import {
  createRegistry,
  listenForMetrics,
  type MetricsListener,
} from '@sotto/sfu-worker/metrics-listener';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildApp } from '../src/app.ts';
import { AppError } from '../src/errors.ts';
import { fixedMedia } from '../src/media/node-lives.ts';
import { createMetrics } from '../src/metrics/metrics.ts';
import { createMemoryNodeLeases } from '../src/rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from '../src/rooms/memory-room-store.ts';
import { DEFAULT_LIMITS } from '../src/socket/rate-limit.ts';
import { NO_LIMITS, TEST_SECRET } from './support/harness.ts';
import { ManualClock } from './support/manual-clock.ts';
import { documentedMetrics, scrape, valueOf } from './support/metrics-text.ts';
import { createRoom } from './support/rooms.ts';
import { TestClient } from './support/test-client.ts';

const log = pino({ level: 'silent' });

let figures: MediaMetrics;
let media: MediaServer;
let app: FastifyInstance;
let listener: MetricsListener;
let isStoreAway = false;
let url: string;
let at: string;

beforeEach(async () => {
  isStoreAway = false;
  const store = createMemoryRoomStore();
  const registry = createRegistry();
  figures = createMediaMetrics(registry);
  media = await createMediaServer({ nodeId: 'local', workers: 1, rtcPortBase: 0, log });
  figures.watch(media);
  app = await buildApp({
    store: {
      ...store,
      read: async (roomId, after) => {
        if (isStoreAway) throw new AppError('unavailable', 'the store is away');
        return store.read(roomId, after);
      },
    },
    leases: createMemoryNodeLeases(),
    metrics: createMetrics(registry),
    media: fixedMedia([media], new ManualClock()),
    clock: new ManualClock(),
    log,
    limits: {
      ...NO_LIMITS,
      messages: { burst: 20, perSecond: 1 },
      refusals: DEFAULT_LIMITS.refusals,
    },
    secret: TEST_SECRET,
    maxPeersPerRoom: 10,
    callMode: 'sfu-only',
    turn: null,
    corsOrigins: [],
    trustedProxies: 0,
    tls: null,
  });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
  listener = await listenForMetrics({ registry, host: '127.0.0.1', port: 0, log });
  at = `http://127.0.0.1:${listener.port}/metrics`;
});

afterEach(async () => {
  await listener.close();
  await app.close();
  await media.close();
  figures.close();
});

it('O1 what is told is what METRICS.md lists, by name, kind and labels, and no more', async () => {
  const roomId = await createRoom(url);
  const ada = await TestClient.join(url, roomId);
  const bob = await TestClient.join(url, roomId);
  await ada.placed();
  // So that every figure with labels has been told of something.
  await expect(ada.send('no-such-method', {})).rejects.toThrow('unknown-method');
  await bob.request('leave', {});
  bob.close();
  await bob.closed();
  isStoreAway = true;
  await expect(ada.request('read-room', {})).rejects.toThrow('unavailable');
  isStoreAway = false;
  const found = await scrape(at);
  const ours = found.families.filter(({ name }) => name.startsWith('sotto_'));
  const told = ours.map(({ name, type, labels }) => ({ name, type, labels }));
  expect(told.sort((one, other) => (one.name < other.name ? -1 : 1))).toEqual(documentedMetrics());
  expect(valueOf(found, 'sotto_store_call_errors_total', { call: 'read' })).toBe(1);
  expect(found.text).not.toContain(roomId);
  expect(found.text).not.toContain(ada.peerId);
  expect(found.text).not.toContain('no-such-method');
});

it('O2 counts sockets, rooms, people and requests, up and down', async () => {
  const roomId = await createRoom(url);
  const [ada, bob] = [await TestClient.join(url, roomId), await TestClient.join(url, roomId)];
  const before = await scrape(at);
  expect(valueOf(before, 'sotto_sockets')).toBe(2);
  expect(valueOf(before, 'sotto_rooms')).toBe(1);
  expect(valueOf(before, 'sotto_peers')).toBe(2);
  expect(valueOf(before, 'sotto_requests_total', { method: 'join', result: 'ok' })).toBe(2);
  expect(valueOf(before, 'sotto_request_duration_seconds_count', { method: 'join' })).toBe(2);
  await expect(ada.request('join', {})).rejects.toThrow('bad-request');
  await expect(ada.send('__proto__', {})).rejects.toThrow('unknown-method');
  bob.goAway();
  await ada.heard('peer-left');
  const after = await scrape(at);
  expect(valueOf(after, 'sotto_requests_total', { method: 'join', result: 'bad-request' })).toBe(1);
  const unknown = { method: 'unknown', result: 'unknown-method' };
  expect(valueOf(after, 'sotto_requests_total', unknown)).toBe(1);
  expect(valueOf(after, 'sotto_sockets')).toBe(1);
  expect(valueOf(after, 'sotto_peers')).toBe(1);
  expect(valueOf(after, 'sotto_sockets_opened_total')).toBe(2);
  expect(valueOf(after, 'sotto_sockets_closed_total', { reason: 'goingAway' })).toBe(1);
  // Two came, one place was found, one left; each append came back as news once.
  expect(valueOf(after, 'sotto_appends_total', { result: 'appended' })).toBe(4);
  expect(valueOf(after, 'sotto_event_lag_seconds_count')).toBe(4);
  expect(valueOf(after, 'sotto_store_answering')).toBe(1);
  expect(valueOf(after, 'sotto_media_node_connected', { node: '0' })).toBe(1);
});

it('O2 what a limit refused is counted as answered with rate-limited', async () => {
  const ada = await TestClient.join(url, await createRoom(url));
  const answers = await Promise.allSettled(
    Array.from({ length: 30 }, () => ada.request('heartbeat', {})),
  );
  const refused = answers.filter(({ status }) => status === 'rejected').length;
  expect(refused).toBeGreaterThan(0);
  const limited = { method: 'heartbeat', result: 'rate-limited' };
  expect(valueOf(await scrape(at), 'sotto_requests_total', limited)).toBe(refused);
});

it('O3 the port that people reach has no figures, and the other has nothing else', async () => {
  const publicly = await fetch(`${url}/metrics`);
  expect(publicly.status).toBe(404);
  expect(await publicly.text()).not.toContain('sotto_');
  expect((await fetch(at.replace('/metrics', '/'))).status).toBe(404);
  expect((await fetch(at, { method: 'POST' })).status).toBe(405);
  expect((await fetch(at)).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
});
