// One transport of ours and its end on the media node: opened, connected when it is first used, and
// watched. send-media.ts and receive-media.ts use what it makes.
import {
  DtlsParameters,
  type Direction,
  type RequestAnswer,
  type RequestData,
  RtpCapabilities,
} from '@sotto/signaling/protocol';
import type { Device, types } from 'mediasoup-client';
import type { SignalingClient } from '../signaling/client.ts';
import { peerConnectionSettings } from './encryption/encryption.ts';

export type Request = SignalingClient['request'];

export interface TransportDeps {
  readonly request: Request;
  readonly device: Device;
  readonly iceServers: RequestAnswer<'join'>['ice']['iceServers'];
  readonly placement: number;
  /** The transport that this one replaces because it failed. */
  readonly instead: string | undefined;
  readonly onConnected: () => void;
  /** The way to the media node is gone, or there never was one. */
  readonly onFailed: () => void;
}

const openRequest = (
  { device, placement, instead }: TransportDeps,
  direction: Direction,
): RequestData<'open-transport'> =>
  direction === 'send'
    ? { direction, placement, instead }
    : {
        direction,
        placement,
        instead,
        rtpCapabilities: RtpCapabilities.parse(device.recvRtpCapabilities),
      };

/** Rejects with RequestError. The caller closes it. */
export const openTransport = async (
  deps: TransportDeps,
  direction: Direction,
): Promise<types.Transport> => {
  const { request, device, iceServers, placement, onConnected, onFailed } = deps;
  const description = await request('open-transport', openRequest(deps, direction));
  const options: types.TransportOptions = {
    ...description,
    iceServers,
    additionalSettings: peerConnectionSettings,
  };
  const transport =
    direction === 'send'
      ? device.createSendTransport(options)
      : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, accept, refuse) => {
    request('connect-transport', {
      direction,
      placement,
      dtlsParameters: DtlsParameters.parse(dtlsParameters),
    }).then(accept, (error: Error) => {
      onFailed();
      refuse(error);
    });
  });
  transport.on('connectionstatechange', (state) => {
    if (state === 'connected') onConnected();
    if (state === 'failed') onFailed();
  });
  return transport;
};
