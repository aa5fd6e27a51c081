// One signaling node as main.ts wires it for many nodes, on the real clock, for those who measure: it tells
// its figures to the process that started it (script-cluster.ts). `WITHOUT_LIMITS`: nobody is told to wait.
import { connectMediaNode } from '@sotto/sfu-worker/remote';
import { createRegistry } from '@sotto/sfu-worker/metrics-listener';
import * as z from 'zod/mini';
import { buildApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/log.ts';
import { fixedMedia } from '../../src/media/node-lives.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createRedis } from '../../src/rooms/redis/redis.ts';
import { type ConnectionLimits, DEFAULT_LIMITS } from '../../src/socket/rate-limit.ts';
import { reportTo } from './script-report.ts';

const env = z.parse(
  z.object({
    REDIS_URL: z.string(),
    MEDIA_URL: z.string(),
    MEDIA_SECRET: z.string(),
    JWT_SECRET: z.string(),
    WITHOUT_LIMITS: z.optional(z.string()),
  }),
  process.env,
);

const ENDLESS = { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 };
const NO_LIMITS: ConnectionLimits = {
  ...DEFAULT_LIMITS,
  messages: ENDLESS,
  bytes: ENDLESS,
  appMessages: ENDLESS,
  costly: ENDLESS,
  waiting: 100_000,
};

const log = createLogger('warn', { write: (line: string) => void process.stderr.write(line) });
const redis = createRedis(env.REDIS_URL, { clock: systemClock, log });
const media = connectMediaNode({ url: env.MEDIA_URL, secret: env.MEDIA_SECRET, log });
const registry = createRegistry();
const app = await buildApp({
  store: redis.store,
  isStoreReady: () => redis.isAnswering(),
  leases: redis.leases,
  media: fixedMedia([media], systemClock),
  metrics: createMetrics(registry),
  clock: systemClock,
  log,
  limits: env.WITHOUT_LIMITS === undefined ? DEFAULT_LIMITS : NO_LIMITS,
  secret: env.JWT_SECRET,
  maxPeersPerRoom: 200,
  callMode: 'auto',
  turn: null,
  corsOrigins: [],
  // Those who measure come from as many addresses as they say.
  trustedProxies: 1,
  tls: null,
});
await new Promise<void>((resolve) => {
  if (media.load().length > 0) resolve();
  else media.watch(({ type }) => void (type === 'connected' && resolve()));
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
reportTo(url, registry);
