// Leases of many processes: one sorted set, ordered by when each lease ends by Redis' own clock. The beat
// also finds out whether Redis answers at all.
import * as z from 'zod/mini';
import type { Clock } from '../../clock.ts';
import { createListeners } from '../../listeners.ts';
import { newNodeName } from '../../random.ts';
import { LeaseJudge } from '../lease-judge.ts';
import { BEAT_MS, LEASE_MS, type NodeLeases } from '../node-leases.ts';
import { NodeName } from '../record.ts';
import type { Link } from './link.ts';
import type { RedisTime } from './redis-time.ts';
import { LEASES_KEY } from './room-keys.ts';
import type { ScriptRunner } from './script-runner.ts';
import { BEAT, END_LEASE } from './scripts.ts';

/** Ended leases stay for so long: beyond any time for which a room waits for somebody. */
const ENDED_KEPT_MS = 3_600_000;

export interface RedisNodeLeasesDeps {
  readonly clock: Clock;
  readonly link: Link;
  readonly scripts: ScriptRunner;
  readonly redisTime: RedisTime;
  readonly onError: (error: unknown) => void;
}

const Beat = z.tuple([z.int(), z.int(), z.array(z.string()), z.array(z.string())]);

/** Another release may name nodes in another way: what it says of them is nothing to this one. */
const nodeNames = (names: readonly string[]): NodeName[] =>
  names.flatMap((name) => {
    const parsed = NodeName.safeParse(name);
    return parsed.success ? [parsed.data] : [];
  });

export const createRedisNodeLeases = (deps: RedisNodeLeasesDeps): NodeLeases => {
  const { clock, link, scripts, redisTime, onError } = deps;
  const self = newNodeName();
  const judge = new LeaseJudge();
  const beats = createListeners();
  let isBeating = false;
  let isClosed = false;
  /** Since the first of the beats that have failed was sent; null when the last one was answered. */
  let failingSinceMs: number | null = null;
  /** Of connections: an answer over a former one says nothing of this one. */
  let life = 0;

  const beat = async (): Promise<void> => {
    const ofLife = life;
    judge.sent();
    const args = [self, LEASE_MS, ENDED_KEPT_MS];
    const reply = Beat.parse(await scripts.probe(BEAT_MS, BEAT, [LEASES_KEY], args));
    const [nowMs, held, living, ended] = reply;
    if (ofLife !== life || isClosed) return;
    failingSinceMs = null;
    redisTime.learn(nowMs);
    const [alive, dead] = [nodeNames(living), nodeNames(ended)];
    judge.answered({ nowMs, held: held === 1, living: alive, ended: dead });
    beats.tell();
  };

  /** One at a time: a beat that waits for Redis is as good as another. */
  const beatOnce = (): void => {
    if (isBeating || isClosed) return;
    isBeating = true;
    beat()
      .catch((error: unknown) => {
        judge.interrupted();
        // A beat waits for so long.
        failingSinceMs ??= clock.now() - BEAT_MS;
        onError(error);
      })
      .finally(() => {
        isBeating = false;
      });
  };

  let stopClock: (() => void) | null = null;
  const tick = (): void => {
    beatOnce();
    stopClock = clock.after(BEAT_MS, tick);
  };
  tick();

  const stopLink = [
    link.whenUp(beatOnce),
    link.whenDown(() => {
      life += 1;
      judge.interrupted();
    }),
  ];

  return {
    self,
    isDead: (node) => node !== self && judge.isDead(node),
    living: () => [...new Set([self, ...judge.living])],
    failingMs: () => (failingSinceMs === null ? 0 : clock.now() - failingSinceMs),
    watch: (onBeat) => beats.add(onBeat),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      stopClock?.();
      for (const stop of stopLink) stop();
      beats.clear();
      judge.interrupted();
      // Where Redis cannot be told, the lease ends by itself.
      if (!link.isUp) return;
      const args = [self, ENDED_KEPT_MS];
      await scripts.probe(BEAT_MS, END_LEASE, [LEASES_KEY], args).catch(() => undefined);
    },
  };
};
