// What the server tells of its work while it does it. Nobody's name is in it: rooms and people are counted,
// never named. metrics.ts makes figures of it; without metrics nobody listens.
import type { ErrorCode } from '../protocol/index.ts';

export type RequestResult = 'ok' | ErrorCode;

/** `lost`: somebody else was faster. `failed`: the store did not say. */
export type AppendResult = 'appended' | 'lost' | 'failed';

export const STORE_CALLS = [
  'append',
  'read',
  'renew',
  'delete',
  'post',
  'readMessages',
  'whisper',
  'subscribe',
  'list',
] as const;
export type StoreCall = (typeof STORE_CALLS)[number];

export interface Observer {
  socketOpened(): void;
  /** `code` as in the close frame, 1006 when there was none. */
  socketClosed(code: number): void;
  /** `method` as the client wrote it, known or not. */
  requestAnswered(method: string, result: RequestResult, durationMs: number): void;
  /** Refused by a limit before anybody looked at it. */
  requestRefused(method: string): void;
  appended(result: AppendResult): void;
  /** An append of this node came back to it as news, as it comes to all other nodes. */
  eventReturned(lagMs: number): void;
  storeCalled(call: StoreCall, isDone: boolean, durationMs: number): void;
}

const nothing = (): void => undefined;

export const NO_OBSERVER: Observer = {
  socketOpened: nothing,
  socketClosed: nothing,
  requestAnswered: nothing,
  requestRefused: nothing,
  appended: nothing,
  eventReturned: nothing,
  storeCalled: nothing,
};
