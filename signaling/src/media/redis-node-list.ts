// The media nodes that are registered in Redis, as they are at one moment by Redis' own clock (PROTOCOL M16).
import { NODE_LEASE_MS, NODES_KEY, parseRegisteredNode } from '@sotto/sfu-worker/registry';
import * as z from 'zod/mini';
import type { ScriptRunner } from '../rooms/redis/script-runner.ts';
import { LIST_NODES } from '../rooms/redis/scripts.ts';
import { isHolding, type ListedNode, type Listing } from './media-leases.ts';
import { READ_EVERY_MS } from './registered-media.ts';

/** Each of them costs every signaling process a connection. */
export const MOST_NODES = 256;

/** Those who have died are there until somebody clears them away. Beyond, something else writes there. */
export const MOST_FIELDS = 4_096;

/** A name and its life; an address and a time. */
const NAME_LETTERS = 128;
const VALUE_LETTERS = 1_024;

const NODE_ID = /^[A-Za-z0-9._-]+$/;

const Listed = z.tuple([z.int(), z.array(z.string())]);

/** Pure; `onBroken` is told the names of what cannot be read, and whether there are too many. */
export const readListing = (
  reply: unknown,
  onBroken: (what: { readonly field: string } | { readonly left: number }) => void,
): Listing => {
  const [nowMs, flat] = Listed.parse(reply);
  const nodes: ListedNode[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [nodeId = '', text = ''] = flat.slice(at, at + 2);
    const node = NODE_ID.test(nodeId) ? parseRegisteredNode(text) : undefined;
    if (node === undefined) {
      onBroken({ field: nodeId });
    } else if (isHolding(node.untilMs, nowMs)) {
      // Nobody is there for longer than a lease without saying so again.
      nodes.push({
        nodeId,
        url: node.url,
        untilMs: Math.min(node.untilMs, nowMs + NODE_LEASE_MS),
      });
    }
  }
  // The same ones each time, and for every process.
  const kept = nodes.toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1)).slice(0, MOST_NODES);
  if (kept.length < nodes.length) onBroken({ left: nodes.length - kept.length });
  return { nowMs, nodes: kept };
};

type Log = { warn(facts: object, message: string): void };

/** The answer reads the list once, and rejects with AppError within READ_EVERY_MS. */
export const createNodeList = (
  scripts: Pick<ScriptRunner, 'look'>,
  log: Log,
): (() => Promise<Listing>) => {
  const said = new Set<string>();
  const sayOnce = (about: string, say: () => void): void => {
    // Whoever can write there must not fill our memory or our log.
    if (said.has(about) || said.size >= MOST_NODES) return;
    said.add(about);
    say();
  };
  return async () => {
    const limits = [MOST_FIELDS, NAME_LETTERS, VALUE_LETTERS];
    const reply = await scripts.look(READ_EVERY_MS, LIST_NODES, [NODES_KEY], limits);
    return readListing(reply, (what) => {
      if ('field' in what) {
        const { field } = what;
        sayOnce(`field ${field}`, () => log.warn({ field }, 'no media node can be read there'));
      } else {
        sayOnce('many', () => log.warn(what, 'more media nodes than can be used'));
      }
    });
  };
};
