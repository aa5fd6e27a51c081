// How media nodes tell of themselves in Redis: one hash, a field for each node by its nodeId, whose value is
// JSON. Written by registration.ts, read by signaling.
import * as z from 'zod/mini';

/** With a hash tag, as all keys; an ACL user of media nodes needs no other. */
export const NODES_KEY = '{nodes}';

/** How often a node says that it is there. */
export const NODE_BEAT_MS = 1_000;

/** How long that holds. Longer: nobody knows for longer that a machine lost its power. */
export const NODE_LEASE_MS = 4_000;

/** A node's door: no path, no query, and no user in it. */
const MEDIA_NODE_URL = /^wss?:\/\/[^/?#@\s]+$/;

/** Longer than any host's name with a port. */
const MOST_URL_CHARS = 512;

export const isMediaNodeUrl = (url: string): boolean =>
  url.length <= MOST_URL_CHARS && MEDIA_NODE_URL.test(url) && URL.canParse(url);

/** The value of a field. A node whose lease is over is there no more, whether its field is or not. */
export const RegisteredNode = z.object({
  url: z.string().check(z.refine((url) => isMediaNodeUrl(url))),
  /** The end of its lease, in milliseconds since the epoch by Redis' own clock. */
  untilMs: z.int(),
});
export type RegisteredNode = z.infer<typeof RegisteredNode>;

/** Undefined for what another release may have written. */
export const parseRegisteredNode = (text: string): RegisteredNode | undefined => {
  try {
    return RegisteredNode.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
