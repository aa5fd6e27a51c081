// How the encoded frames of one sender or receiver come to the frame worker, in either kind of
// browser. Called synchronously when the sender or receiver is made; it throws rather than let a
// sender go without its transform.
import { FrameError } from './errors.ts';
import type { WebMessagePort } from './web-types.ts';
import type { Attachment, EncodedStreams } from './worker-messages.ts';

/** What RTCRtpSender and RTCRtpReceiver have of this. */
export interface RtpEndpoint {
  /** Chromium's, on connections with `encodedInsertableStreams`. Once per endpoint. */
  createEncodedStreams?(): EncodedStreams;
  transform?: unknown;
}

/** The frame worker as the page has it. */
export interface FrameWorkerPort {
  postMessage(message: unknown, transfer: Transferred[]): void;
}

type Transferred = ReadableStream | WritableStream | WebMessagePort;

type ScriptTransform = new (worker: object, options: Attachment) => object;

const hasScriptTransform = (
  scope: object,
): scope is { readonly RTCRtpScriptTransform: ScriptTransform } => 'RTCRtpScriptTransform' in scope;

/**
 * Chromium lets frames pass in the clear beside an RTCRtpScriptTransform that was set late or on a
 * second transceiver; with createEncodedStreams it sends nothing until the streams are read. So that
 * one comes first wherever it exists.
 */
export const attachEncodedTransform = (
  endpoint: RtpEndpoint,
  worker: FrameWorkerPort,
  attachment: Attachment,
  scope: object = globalThis,
): void => {
  if (endpoint.createEncodedStreams !== undefined) {
    const { readable, writable } = endpoint.createEncodedStreams();
    worker.postMessage({ type: 'attach', attachment, readable, writable }, [readable, writable]);
    return;
  }
  if (!hasScriptTransform(scope) || !('transform' in endpoint)) {
    throw new FrameError('unsupported-browser', 'this browser cannot encrypt frames');
  }
  endpoint.transform = new scope.RTCRtpScriptTransform(worker, attachment);
};
