// One connection to a media node that takes no calls: for who only asks whether, and as whom, it is there.
import type { MediaEvent, WorkerLoad } from '@sotto/sfu-worker/protocol';
import type { DialledNode } from '../../src/media/registered-media.ts';

const nothing = async (): Promise<never> => {
  throw new Error('no call in these tests');
};

/** Connected, and as another life of the node, when a test says so. */
export const bareNode = (firstId: string) => {
  let load: Partial<WorkerLoad> = {};
  let isClosed = false;
  let nodeId = '';
  let isConnected = false;
  const listeners = new Set<(event: MediaEvent) => void>();
  const tell = (event: MediaEvent): void => listeners.forEach((listener) => listener(event));
  const node: DialledNode = {
    get nodeId() {
      return nodeId;
    },
    isConnected: () => isConnected,
    load: () =>
      isConnected
        ? [{ worker: 0, cpu: 0, rooms: 0, alive: true, draining: false, parts: [], ...load }]
        : [],
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    heldRooms: nothing,
    ensureRoom: nothing,
    closeRoom: nothing,
    closePeer: nothing,
    drain: nothing,
    openTransport: nothing,
    connectTransport: nothing,
    restartIce: nothing,
    produce: nothing,
    setProducerPaused: nothing,
    closeProducer: nothing,
    consume: nothing,
    view: nothing,
    requestKeyFrames: nothing,
    close: async () => {
      isClosed = true;
    },
  };
  return {
    node,
    listeners,
    isClosed: () => isClosed,
    setLoad: (changes: Partial<WorkerLoad>) => {
      load = changes;
    },
    connect: (id = firstId) => {
      nodeId = id;
      isConnected = true;
      tell({ type: 'connected' });
    },
    disconnect: () => {
      isConnected = false;
      tell({ type: 'disconnected' });
    },
  };
};

export type BareNode = ReturnType<typeof bareNode>;
