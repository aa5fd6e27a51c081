// What the apps of all scenes run with, in whatever process.
import { createMediaServer, type MediaServer } from '@sotto/sfu-worker';
import { pino } from 'pino';
import type { TurnSettings } from '../../src/auth/ice-servers.ts';
import type { CallModePolicy } from '../../src/rooms/mode-rules.ts';
import { type ConnectionLimits, DEFAULT_LIMITS } from '../../src/socket/rate-limit.ts';

export const TEST_SECRET = 'a secret of the tests, long enough';

/** The clock of a test stands still, so nothing would ever refill. */
export const NO_LIMITS: ConnectionLimits = {
  ...DEFAULT_LIMITS,
  messages: { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 },
  bytes: { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 },
  appMessages: { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 },
  costly: { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 },
  waiting: 100_000,
};

export const startMedia = (workers = 2): Promise<MediaServer> =>
  createMediaServer({
    nodeId: 'local',
    workers,
    rtcPortBase: 0,
    log: pino({ level: 'silent' }),
  });

export interface SceneOptions {
  readonly limits?: ConnectionLimits;
  readonly maxPeersPerRoom?: number;
  /** `sfu-only` unless it is said: most is about rooms that have media. */
  readonly callMode?: CallModePolicy;
  readonly turn?: TurnSettings;
}
