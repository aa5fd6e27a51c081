// Apps over one store that can be away, each with media nodes of its own making, which note what they are
// told and can be cut off or be another life: for what real nodes would do too rarely or too late.
import {
  MediaError,
  type HeldRoom,
  type MediaEvent,
  type MediaNode,
  type RoomKey,
  type WorkerLoad,
} from '@sotto/sfu-worker/protocol';
import { micParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import { buildApp } from '../../src/app.ts';
import { createLogger } from '../../src/log.ts';
import { fixedMedia } from '../../src/media/node-lives.ts';
import { createMemoryNodeLeases } from '../../src/rooms/memory-node-leases.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import type { ConnectionLimits } from '../../src/socket/rate-limit.ts';
import { ManualClock } from './manual-clock.ts';
import { NO_LIMITS, TEST_SECRET } from './scene-settings.ts';
import { derive } from './scene.ts';
import { stoppableStore } from './stoppable-store.ts';
import type { TestClient } from './test-client.ts';

export interface Told {
  readonly method: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What one node is told, and what it says it holds, by however many connections. */
export interface FakeState {
  readonly told: Told[];
  held: readonly HeldRoom[];
  /** These are refused as by a node with too much to do. */
  readonly overloaded: Set<string>;
  /** What happens once a call of this name was done, before it is answered. */
  readonly meanwhile: Map<string, () => Promise<unknown>>;
  isDraining: boolean;
  /** Workers beside the first. */
  others: readonly WorkerLoad[];
}

export const fakeState = (): FakeState => ({
  told: [],
  held: [],
  overloaded: new Set(),
  meanwhile: new Map(),
  isDraining: false,
  others: [],
});

const TRANSPORT = {
  id: 'transport',
  iceParameters: { usernameFragment: 'name', password: 'word' },
  iceCandidates: [],
  dtlsParameters: {
    fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AA').join(':') }],
  },
};

const nothing = (): void => undefined;

/** One process's connection to a node; `cpu` makes it the less likely choice. */
export const fakeNode = (firstId: string, state = fakeState(), cpu = 0) => {
  let nodeId = firstId;
  let isConnected = true;
  const listeners = new Set<(event: MediaEvent) => void>();
  const emit = (event: MediaEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const call =
    <T>(method: string, answer: () => T) =>
    async (data: object = {}): Promise<T> => {
      if (!isConnected) throw new MediaError('unavailable', 'not connected');
      state.told.push({ method, data: { ...data } });
      if (state.overloaded.has(method)) throw new MediaError('unavailable', 'too much to do');
      await state.meanwhile.get(method)?.();
      return answer();
    };
  const node: MediaNode = {
    get nodeId() {
      return nodeId;
    },
    isConnected: () => isConnected,
    load: () =>
      isConnected
        ? [
            { worker: 0, cpu, rooms: 0, alive: true, draining: state.isDraining, parts: [] },
            ...state.others,
          ]
        : [],
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    heldRooms: call('heldRooms', () => state.held),
    ensureRoom: call('ensureRoom', nothing),
    closeRoom: call('closeRoom', nothing),
    closePeer: call('closePeer', nothing),
    drain: call('drain', nothing),
    openTransport: call('openTransport', () => TRANSPORT),
    connectTransport: call('connectTransport', nothing),
    restartIce: call('restartIce', () => TRANSPORT.iceParameters),
    produce: call('produce', nothing),
    setProducerPaused: call('setProducerPaused', nothing),
    closeProducer: call('closeProducer', nothing),
    consume: call('consume', () => []),
    view: call('view', nothing),
    requestKeyFrames: call('requestKeyFrames', nothing),
  };
  return {
    node,
    state,
    emit,
    /** Another worker, where rooms go on that began on the first, drains. */
    drainOther: (parts: readonly RoomKey[]) => {
      state.others = [{ worker: 1, cpu: 1, rooms: 0, alive: true, draining: true, parts }];
      emit({ type: 'draining' });
    },
    /** Takes no more rooms, which every connection to it is told. */
    drain: () => {
      state.isDraining = true;
      emit({ type: 'draining' });
    },
    cut: () => {
      isConnected = false;
      emit({ type: 'disconnected' });
    },
    /** Connected again, perhaps as another life. */
    heal: (id = nodeId) => {
      nodeId = id;
      isConnected = true;
      emit({ type: 'connected' });
    },
  };
};

export type FakeNode = ReturnType<typeof fakeNode>;

export const toldOf = ({ told }: FakeState, method: string): readonly Told['data'][] =>
  told.filter((call) => call.method === method).map(({ data }) => data);

export interface FakeWorldOptions {
  readonly limits?: ConnectionLimits;
  readonly wrapStore?: (store: RoomStore) => RoomStore;
}

/** One app for each list of nodes. */
export const startFakeWorld = async (
  nodesOfApps: readonly (readonly Pick<FakeNode, 'node'>[])[],
  options: FakeWorldOptions = {},
) => {
  const clock = new ManualClock();
  const stoppable = stoppableStore();
  const logLines: string[] = [];
  const log = createLogger('debug', { write: (line: string) => void logLines.push(line) });
  const wrapStore = options.wrapStore ?? ((store) => store);
  const start = async (nodes: readonly Pick<FakeNode, 'node'>[]) => {
    const app = await buildApp({
      store: wrapStore(stoppable.nodeStore().store),
      isStoreReady: () => stoppable.isReady(),
      leases: createMemoryNodeLeases(),
      media: fixedMedia(
        nodes.map(({ node }) => node),
        clock,
      ),
      clock,
      log,
      limits: options.limits ?? NO_LIMITS,
      secret: TEST_SECRET,
      maxPeersPerRoom: 100,
      callMode: 'sfu-only',
      turn: null,
      corsOrigins: [],
      trustedProxies: 0,
      tls: null,
    });
    return { app, url: await app.listen({ port: 0, host: '127.0.0.1' }) };
  };
  const started = await Promise.all(nodesOfApps.map(start));
  const urls = started.map(({ url }) => url);
  return {
    ...derive({
      store: stoppable.store,
      advance: async (ms) => clock.advance(ms),
      urls: () => urls,
    }),
    clock,
    stoppable,
    logLines,
    urls,
    close: async () => {
      await Promise.all(started.map(({ app }) => app.close()));
    },
  };
};

export type FakeWorld = Awaited<ReturnType<typeof startFakeWorld>>;

/** Gives the producer's id. */
export const produceAt = async (client: TestClient, on = true) => {
  const { producerId } = await client.request('produce', {
    source: 'mic',
    on,
    placement: await client.placed(),
    rtpParameters: micParameters(),
  });
  return producerId;
};
