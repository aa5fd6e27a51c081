// How often an address asks, counted for all processes together where they share a store (PROTOCOL H5).
import type { FastifyRateLimitOptions, FastifyRateLimitStore } from '@fastify/rate-limit';
import { callbackify } from 'node:util';
import * as z from 'zod/mini';
import type { Rates } from '../rates.ts';

/** What a store is told of the route, or the group of them, that it is for, other than its types say (plugin 11.2.0). */
const Group = z.object({ groupId: z.string() });
const Route = z.object({
  routeInfo: z.object({ method: z.union([z.string(), z.array(z.string())]), url: z.string() }),
});

const nameOf = (options: FastifyRateLimitOptions): string => {
  const group = Group.safeParse(options);
  if (group.success) return group.data.groupId;
  const { method, url } = Route.parse(options).routeInfo;
  return `${String(method)} ${url}`;
};

/** The store of @fastify/rate-limit over those rates: a name for each route, or group, and address. */
export const sharedRateStore = (
  rates: Rates,
): new (options: FastifyRateLimitOptions) => FastifyRateLimitStore =>
  class SharedRateStore implements FastifyRateLimitStore {
    readonly #name: string;

    constructor(_options: FastifyRateLimitOptions, name = '') {
      this.#name = name;
    }

    incr(
      address: string,
      done: (error: Error | null, result?: { current: number; ttl: number }) => void,
      windowMs: number,
    ): void {
      callbackify(() => rates.count(`${this.#name} ${address}`, windowMs))(done);
    }

    child(options: FastifyRateLimitOptions): SharedRateStore {
      return new SharedRateStore(options, nameOf(options));
    }
  };
