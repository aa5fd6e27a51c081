// Peers' transports without a network under them: what a peer sends is put in by the test, what it receives is
// handed out. All else is as ever, down to the worker, so that packets really flow through rooms.
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import { dtlsParameters } from '../rtp-fixtures.ts';

/** Of workers that start from now on. */
export const useDirectMedia = (): { stop(): void } => {
  observer.on('newworker', onWorker);
  return { stop: () => observer.off('newworker', onWorker) };
};

const onWorker = (worker: types.Worker): void => {
  worker.observer.on('newrouter', (router) => {
    Object.defineProperty(router, 'createWebRtcTransport', {
      configurable: true,
      value: async () => dressed(await router.createDirectTransport()),
    });
  });
};

/** With what of a WebRTC transport is looked at. */
const dressed = (transport: types.DirectTransport): types.DirectTransport =>
  Object.defineProperties(transport, {
    iceParameters: { value: { usernameFragment: 'u', password: 'p' } },
    iceCandidates: { value: [] },
    iceState: { value: 'completed' },
    dtlsState: { value: 'connected' },
    dtlsParameters: { value: dtlsParameters() },
    setMaxIncomingBitrate: { value: async () => undefined },
  });

export const isDirect = (transport: types.Transport): transport is types.DirectTransport =>
  transport.type === 'direct';
