// The key worker (SPEC G39): the one place that holds the group's keys, for as long as the call lives.
// Written against an interface of its global scope, so that it runs in tests without one.
import { type FrameClock, systemFrameClock } from './frame-clock.ts';
import type { GroupKeys, GroupKeysDeps } from './group-keys.ts';
import { type HolderRequest, type KeyHolder, createKeyHolder } from './key-holder.ts';
import type { KeyIdentity, KeyWorkerNews } from './key-worker-messages.ts';
import { parseKeyWorkerRequest } from './key-worker-requests.ts';
import { createGroupKeys } from './mls-group-keys.ts';

/** Of a MessageEvent and a PromiseRejectionEvent, what is read here. */
export interface KeyWorkerEvent {
  readonly data?: unknown;
  preventDefault?(): void;
}

export interface KeyWorkerScope {
  postMessage(news: KeyWorkerNews, transfer: []): void;
  addEventListener(
    type: 'message' | 'unhandledrejection',
    listener: (event: KeyWorkerEvent) => void,
  ): void;
}

export interface KeyWorkerOptions {
  readonly clock?: FrameClock;
  readonly today?: () => number;
  readonly createKeys?: (deps: GroupKeysDeps) => Promise<GroupKeys>;
  /** Tells the page, through the worker's `error`, that there is no going on. */
  readonly die?: () => void;
}

/** Outside of any promise, so that it reaches the page; and of what went wrong it says nothing. */
const throwToPage = (): void => {
  queueMicrotask(() => {
    throw new Error('the key worker failed');
  });
};

/** The holder, while and before there is one. */
type Stage =
  | { readonly name: 'waiting'; readonly started: boolean; readonly requests: HolderRequest[] }
  | { readonly name: 'running'; readonly holder: KeyHolder }
  | { readonly name: 'closed' };

export const startKeyWorker = (scope: KeyWorkerScope, options: KeyWorkerOptions = {}): void => {
  const { clock = systemFrameClock, today = Date.now, die = throwToPage } = options;
  const { createKeys = createGroupKeys } = options;
  let stage: Stage = { name: 'waiting', started: false, requests: [] };
  const tell = (news: KeyWorkerNews): void => scope.postMessage(news, []);

  const close = (): void => {
    const before = stage;
    stage = { name: 'closed' };
    if (before.name === 'running') before.holder.close();
    if (before.name === 'waiting') for (const request of before.requests) refuse(request);
  };

  const fail = (): void => {
    if (stage.name === 'closed') return;
    close();
    die();
  };

  /** What nobody will do any more. */
  const refuse = (request: HolderRequest): void => {
    if (request.type === 'connect-frames') request.port.close();
    if (request.type === 'seal' || request.type === 'safety-code') {
      tell({ type: 'refused', request: request.request, code: 'closed' });
    }
  };

  const start = async (identity: KeyIdentity): Promise<void> => {
    if (stage.name !== 'waiting' || stage.started) return;
    const { requests } = stage;
    stage = { ...stage, started: true };
    const deps = { identity, clock, today, createKeys, tell, onFailed: fail };
    const holder = await createKeyHolder(deps);
    if (!isWaiting()) return holder.close();
    stage = { name: 'running', holder };
    for (const request of requests) handle(request);
  };

  const isWaiting = (): boolean => stage.name === 'waiting';

  const handle = (request: HolderRequest): void => {
    if (stage.name === 'running') stage.holder.handle(request);
    else if (stage.name === 'waiting') stage.requests.push(request);
    else refuse(request);
  };

  const onRequest = (data: unknown): void => {
    const request = parseKeyWorkerRequest(data);
    switch (request?.type) {
      case undefined:
        return;
      case 'start':
        start(request.identity).catch(fail);
        return;
      case 'wipe':
        return close();
      case 'connect-frames':
      case 'event':
      case 'seal':
      case 'open':
      case 'safety-code':
        return handle(request);
    }
  };

  scope.addEventListener('message', ({ data }) => {
    try {
      onRequest(data);
    } catch {
      fail();
    }
  });
  scope.addEventListener('unhandledrejection', (event) => {
    event.preventDefault?.();
    fail();
  });
};
