// How often an address asks, counted for all processes together where they share a store (PROTOCOL H5).
import type { FastifyRateLimitOptions, FastifyRateLimitStore } from '@fastify/rate-limit';
import type { RouteOptions } from 'fastify';
import { callbackify } from 'node:util';
import type { Rates } from '../rates.ts';

/** The store of @fastify/rate-limit over those rates: a name for each route and address. */
export const sharedRateStore = (
  rates: Rates,
): new (options: FastifyRateLimitOptions) => FastifyRateLimitStore =>
  class SharedRateStore implements FastifyRateLimitStore {
    readonly #route: string;

    constructor(_options: FastifyRateLimitOptions, route = '') {
      this.#route = route;
    }

    incr(
      address: string,
      done: (error: Error | null, result?: { current: number; ttl: number }) => void,
      windowMs: number,
    ): void {
      callbackify(() => rates.count(`${this.#route} ${address}`, windowMs))(done);
    }

    child({ method, path, ...options }: RouteOptions & { path: string }): SharedRateStore {
      return new SharedRateStore(options, `${String(method)} ${path}`);
    }
  };
