// The entry of the key worker's bundle; key-worker.ts is what it does.
import { type KeyWorkerScope, startKeyWorker } from './key-worker.ts';

const isWorkerScope = (scope: object): scope is KeyWorkerScope =>
  'postMessage' in scope && 'addEventListener' in scope;

const scope: object = globalThis;
if (!isWorkerScope(scope)) throw new Error('key-worker-entry.ts runs in a dedicated worker');
startKeyWorker(scope);
