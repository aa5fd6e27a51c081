// Token buckets: how much one connection may ask of a node.
export interface BucketLimit {
  readonly burst: number;
  readonly perSecond: number;
}

export interface ConnectionLimits {
  readonly messages: BucketLimit;
  readonly bytes: BucketLimit;
  /** Application messages: above what people and their browsers say, below what would drown a room. */
  readonly appMessages: BucketLimit;
  /**
   * Key packages, which push other facts out of the log, `create-group`, which costs everybody their keys,
   * `read-room`, whose answer is large, and what moves media: the mode of a call, and ICE restarts.
   */
  readonly costly: BucketLimit;
  /** Refused requests that are answered; beyond them the connection is closed. */
  readonly refusals: BucketLimit;
  /** Messages that wait for the one under way. */
  readonly waiting: number;
  /** Bytes that a client has not read yet. */
  readonly sendBufferBytes: number;
}

export const DEFAULT_LIMITS: ConnectionLimits = {
  messages: { burst: 200, perSecond: 50 },
  bytes: { burst: 1024 * 1024, perSecond: 128 * 1024 },
  appMessages: { burst: 20, perSecond: 5 },
  costly: { burst: 20, perSecond: 1 },
  refusals: { burst: 200, perSecond: 5 },
  waiting: 200,
  sendBufferBytes: 4 * 1024 * 1024,
};

/** Answers whether `amount` may be taken now; takes it if so. `nowMs` never goes back. */
export const createBucket = ({ burst, perSecond }: BucketLimit, startMs: number) => {
  let level = burst;
  let filledAtMs = startMs;
  return (amount: number, nowMs: number): boolean => {
    level = Math.min(burst, level + ((nowMs - filledAtMs) / 1000) * perSecond);
    filledAtMs = nowMs;
    if (amount > level) return false;
    level -= amount;
    return true;
  };
};
