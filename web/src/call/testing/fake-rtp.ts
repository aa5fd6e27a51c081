// mediasoup-client's fake of a browser, with what the page needs besides: senders and receivers, whose
// counters a test sets.
import type { types } from 'mediasoup-client';
import * as fake from 'mediasoup-client/fakeParameters';
import { FakeHandler } from 'mediasoup-client/handlers/FakeHandler';

class FakeRtpSender implements RTCRtpSender {
  readonly dtmf = null;
  readonly transform = null;
  readonly transport = null;
  track: MediaStreamTrack | null;

  constructor(track: MediaStreamTrack) {
    this.track = track;
  }

  async replaceTrack(track: MediaStreamTrack | null): Promise<void> {
    this.track = track;
  }

  getParameters(): RTCRtpSendParameters {
    return {
      transactionId: '1',
      encodings: [],
      codecs: [],
      headerExtensions: [],
      rtcp: {},
    };
  }

  async setParameters(): Promise<void> {
    // All are taken.
  }

  setStreams(): void {
    // There are none.
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map();
  }
}

export class FakeRtpReceiver implements RTCRtpReceiver {
  readonly transform = null;
  readonly transport = null;
  jitterBufferTarget = null;
  readonly track: MediaStreamTrack;
  /** Frames, or packets, that have been played. */
  played = 0;

  constructor(track: MediaStreamTrack) {
    this.track = track;
  }

  getContributingSources(): RTCRtpContributingSource[] {
    return [];
  }

  getSynchronizationSources(): RTCRtpSynchronizationSource[] {
    return [];
  }

  getParameters(): RTCRtpReceiveParameters {
    return { codecs: [], headerExtensions: [], rtcp: {} };
  }

  async getStats(): Promise<RTCStatsReport> {
    const { played } = this;
    const counts = { type: 'inbound-rtp', framesDecoded: played, packetsReceived: played };
    return new Map([['in', counts]]);
  }
}

const inner = FakeHandler.createFactory(fake);

export interface FakeBrowser {
  readonly handlerFactory: types.HandlerFactory;
  /** Of all transports, in the order of their making. */
  readonly handlers: readonly FakeHandler[];
}

export const createFakeBrowser = (): FakeBrowser => {
  const handlers: FakeHandler[] = [];
  const factory: types.HandlerFactory['factory'] = (options) => {
    const handler = inner.factory(options);
    if (handler instanceof FakeHandler) handlers.push(handler);
    const send = handler.send.bind(handler);
    const receive = handler.receive.bind(handler);
    handler.send = async (wanted) => {
      const rtpSender = new FakeRtpSender(wanted.track);
      wanted.onRtpSender?.(rtpSender);
      return { ...(await send(wanted)), rtpSender };
    };
    handler.receive = async (wanted) => {
      const results = await receive(wanted);
      return results.map((result, index) => {
        const rtpReceiver = new FakeRtpReceiver(result.track);
        wanted[index]?.onRtpReceiver?.(rtpReceiver);
        return { ...result, rtpReceiver };
      });
    };
    return handler;
  };
  return { handlerFactory: { ...inner, factory }, handlers };
};
