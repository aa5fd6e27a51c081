// What a test and a node in a process of its own say to each other over IPC: commands that are each
// answered once, in order, and lines of the node's log before the answer to what caused them.
import * as z from 'zod/mini';

const BucketLimit = z.object({ burst: z.number(), perSecond: z.number() });

const NodeOptions = z.object({
  redisUrl: z.string(),
  /** One media node, or those that are registered in Redis, some of them by another way. */
  media: z.union([
    z.object({ url: z.string(), secret: z.string() }),
    z.object({ ways: z.record(z.string(), z.string()), secret: z.string() }),
  ]),
  secret: z.string(),
  /** Where its clock stands; a test moves it on. Null: by the real one. */
  nowMs: z.nullable(z.number()),
  limits: z.object({
    messages: BucketLimit,
    bytes: BucketLimit,
    appMessages: BucketLimit,
    costly: BucketLimit,
    refusals: BucketLimit,
    waiting: z.number(),
    sendBufferBytes: z.number(),
  }),
  maxPeersPerRoom: z.number(),
  callMode: z.enum(['auto', 'sfu-only']),
  turn: z.nullable(
    z.object({
      urls: z.array(z.string()),
      secret: z.union([z.string(), z.undefined()]),
      ttlSeconds: z.number(),
    }),
  ),
});

export type NodeOptions = z.infer<typeof NodeOptions>;

export const NodeCommand = z.discriminatedUnion('do', [
  /** Answered with the app's URL when it listens; a second start is of another app. */
  z.object({ id: z.number(), do: z.literal('start'), options: NodeOptions }),
  z.object({ id: z.number(), do: z.literal('advance'), ms: z.number() }),
  /** As SIGTERM ends a server: sockets are told, then all is closed. */
  z.object({ id: z.number(), do: z.literal('stop') }),
  /** Its answer comes after all that was logged before. */
  z.object({ id: z.number(), do: z.literal('flush') }),
]);

export type NodeCommand = z.infer<typeof NodeCommand>;

export const NodeMessage = z.union([
  z.object({ id: z.number(), url: z.string() }),
  z.object({ id: z.number(), error: z.string() }),
  z.object({ line: z.string() }),
]);

export type NodeMessage = z.infer<typeof NodeMessage>;
