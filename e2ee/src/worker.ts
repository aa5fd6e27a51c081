// The entry of the frame worker's bundle; frame-worker.ts is what it does.
import { startFrameWorker, type WorkerScope } from './frame-worker.ts';

const isWorkerScope = (scope: object): scope is WorkerScope =>
  'postMessage' in scope && 'addEventListener' in scope;

const scope: object = globalThis;
if (!isWorkerScope(scope)) throw new Error('worker.ts runs in a dedicated worker');
startFrameWorker(scope);
