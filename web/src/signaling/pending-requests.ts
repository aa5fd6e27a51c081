// Requests that wait for their answers. All of them are *ensure* (made twice, done once), so a lost
// socket loses none: they are sent again over the next one.
import {
  type Answer,
  type Method,
  type RequestAnswer,
  type RequestData,
  Requests,
} from '@sotto/signaling/protocol';
import type * as z from 'zod/mini';
import type { Cancel, Clock } from './clock.ts';
import { RequestError, type RequestErrorCode } from './request-error.ts';

/** Longer than a reconnect and a slow server together; then the caller should know. */
export const REQUEST_TIMEOUT_MS = 20_000;

/** Nobody wants to hear much later what was said now: these wait for as long as any. */
const PASSING_METHODS: ReadonlySet<Method> = new Set(['app-message']);

interface Pending {
  readonly method: Method;
  readonly text: string;
  readonly settle: (answer: Answer) => void;
  readonly fail: (code: RequestErrorCode) => void;
  cancelTimeout: Cancel;
  /** Not done for now: to be sent again. */
  isDeferred: boolean;
}

export interface MadeRequest<M extends Method> {
  readonly text: string;
  /** Another of its method is to be sent again, and this one after it. */
  readonly isDeferred: boolean;
  /** Rejects with RequestError. */
  readonly answer: Promise<RequestAnswer<M>>;
}

// Written as a mapped type, so that the schema's type follows from the method's.
const schemas: { readonly [M in Method]: { readonly answer: z.ZodMiniType<RequestAnswer<M>> } } =
  Requests;

/** The answer as its schema has it; throws RequestError. */
export const readAnswer = <M extends Method>(method: M, answer: Answer): RequestAnswer<M> => {
  if (!answer.ok) throw new RequestError(answer.error.code, answer.error.message);
  const parsed = schemas[method].answer.safeParse(answer.data);
  if (!parsed.success) throw new RequestError('bad-answer', `${method}: not an answer to it`);
  return parsed.data;
};

export class PendingRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add<M extends Method>(id: number, method: M, data: RequestData<M>): MadeRequest<M> {
    const text = JSON.stringify({ id, method, data });
    const isDeferred = this.#hasDeferred(method);
    const answer = new Promise<RequestAnswer<M>>((resolve, reject) => {
      const fail = (code: RequestErrorCode): void => {
        if (this.#take(id)) reject(new RequestError(code, `${method}: ${code}`));
      };
      const settle = (given: Answer): void => {
        if (!this.#take(id)) return;
        try {
          resolve(readAnswer(method, given));
        } catch (error) {
          reject(error);
        }
      };
      const cancelTimeout = this.#clock.after(REQUEST_TIMEOUT_MS, () => fail('timeout'));
      this.#pending.set(id, { method, text, settle, fail, cancelTimeout, isDeferred });
    });
    return { text, isDeferred, answer };
  }

  /**
   * The server cannot do it now, and may all the same have done it: it is to be sent again. Each such
   * answer gives it all of its time anew, but for what is of no use later.
   */
  defer(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.isDeferred = true;
    if (PASSING_METHODS.has(pending.method)) return;
    pending.cancelTimeout();
    pending.cancelTimeout = this.#clock.after(REQUEST_TIMEOUT_MS, () => pending.fail('timeout'));
  }

  /** What was deferred, in the order of asking; it is not any more. */
  takeDeferred(): readonly string[] {
    const deferred = [...this.#pending.values()].filter(({ isDeferred }) => isDeferred);
    for (const pending of deferred) pending.isDeferred = false;
    return deferred.map(({ text }) => text);
  }

  /** An answer that nobody waits for is no error. */
  settle(answer: Answer): void {
    this.#pending.get(answer.id)?.settle(answer);
  }

  /** All of them, in the order of asking, for another socket: none is deferred any more. */
  texts(): readonly string[] {
    for (const pending of this.#pending.values()) pending.isDeferred = false;
    return [...this.#pending.values()].map(({ text }) => text);
  }

  failAll(code: RequestErrorCode): void {
    for (const { fail } of this.#pending.values()) fail(code);
  }

  #hasDeferred(method: Method): boolean {
    return [...this.#pending.values()].some((one) => one.isDeferred && one.method === method);
  }

  #take(id: number): boolean {
    this.#pending.get(id)?.cancelTimeout();
    return this.#pending.delete(id);
  }
}
