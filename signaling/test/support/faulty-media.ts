// A real media server with whose calls something goes wrong, once each time that a test says so, and which
// drains or loses rooms without a worker that ends.
import {
  type MediaCalls,
  MediaError,
  type MediaEvent,
  type MediaNode,
} from '@sotto/sfu-worker/protocol';
import type { RoomKey } from '@sotto/sfu-worker/protocol';

export type MediaMethod = Exclude<keyof MediaCalls, 'heldRooms' | 'drain'>;

export interface MediaFault {
  /** In place of the call. */
  readonly isRefused?: boolean;
  /** Before it is done. */
  readonly before?: () => Promise<unknown>;
  /** When it has been done, before it is answered. */
  readonly meanwhile?: () => Promise<unknown>;
  /** It was done and is said not to have been. */
  readonly isAnswerLost?: boolean;
}

export interface FaultyMedia {
  readonly node: MediaNode;
  /** The next call of this name; the answer says whether there has been one. */
  strike(method: MediaMethod, fault: MediaFault): () => boolean;
  drain(worker: number): void;
  /** As when the worker died that had it. */
  loseRoom(room: RoomKey): Promise<void>;
  /** Nothing drains any more. */
  refresh(): void;
}

const unavailable = (): MediaError => new MediaError('unavailable', 'made to fail');

export const faultyMedia = (server: MediaNode): FaultyMedia => {
  const armed = new Map<MediaMethod, MediaFault>();
  const draining = new Set<number>();
  const listeners = new Set<(event: MediaEvent) => void>();
  const emit = (event: MediaEvent): void => {
    for (const listener of listeners) listener(event);
  };

  const call =
    <D, T>(method: MediaMethod, done: (data: D) => Promise<T>) =>
    async (data: D): Promise<T> => {
      const fault = armed.get(method);
      armed.delete(method);
      if (fault?.isRefused === true) throw unavailable();
      await fault?.before?.();
      const answer = await done(data);
      await fault?.meanwhile?.();
      if (fault?.isAnswerLost === true) throw unavailable();
      return answer;
    };

  const node: MediaNode = {
    get nodeId() {
      return server.nodeId;
    },
    isConnected: () => server.isConnected(),
    load: () => server.load().map((load) => ({ ...load, draining: draining.has(load.worker) })),
    watch: (listener) => {
      const unwatch = server.watch(listener);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        unwatch();
      };
    },
    heldRooms: () => server.heldRooms(),
    drain: (request) => server.drain(request),
    ensureRoom: call('ensureRoom', (data) => server.ensureRoom(data)),
    closeRoom: call('closeRoom', (data) => server.closeRoom(data)),
    closePeer: call('closePeer', (data) => server.closePeer(data)),
    openTransport: call('openTransport', (data) => server.openTransport(data)),
    connectTransport: call('connectTransport', (data) => server.connectTransport(data)),
    restartIce: call('restartIce', (data) => server.restartIce(data)),
    produce: call('produce', (data) => server.produce(data)),
    setProducerPaused: call('setProducerPaused', (data) => server.setProducerPaused(data)),
    closeProducer: call('closeProducer', (data) => server.closeProducer(data)),
    consume: call('consume', (data) => server.consume(data)),
    view: call('view', (data) => server.view(data)),
    requestKeyFrames: call('requestKeyFrames', (data) => server.requestKeyFrames(data)),
  };

  return {
    node,
    strike: (method, fault) => {
      armed.clear();
      armed.set(method, fault);
      return () => armed.get(method) !== fault;
    },
    drain: (worker) => {
      draining.add(worker);
      emit({ type: 'draining' });
    },
    loseRoom: async (room) => {
      await server.closeRoom(room);
      emit({ type: 'room-lost', roomId: room.roomId, placement: room.placement });
    },
    refresh: () => {
      armed.clear();
      draining.clear();
    },
  };
};
