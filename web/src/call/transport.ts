// One transport of ours and its end on the media node: opened, connected when it is first used, and
// kept when the network changes. send-media.ts and receive-media.ts use what it makes.
import {
  DtlsParameters,
  type Direction,
  type RequestData,
  RtpCapabilities,
} from '@sotto/signaling/protocol';
import type { Device, types } from 'mediasoup-client';
import type { SignalingClient } from '../signaling/client.ts';
import type { Clock } from '../signaling/clock.ts';
import { codeOf, isOver, type RequestErrorCode } from '../signaling/request-error.ts';
import { peerConnectionSettings } from './encryption/encryption.ts';
import { followNetwork, type Network } from './network/network.ts';
import { isReceiving } from './network/receiving.ts';
import { Recovery, type RestartOutcome } from './network/recovery.ts';

export type Request = SignalingClient['request'];

/** Shorter: what passes by itself is restarted. Longer: people see a picture stand still. */
const DISCONNECTED_MS = 1_000;
/** After a restart: checks over UDP, TCP and TURN take a few seconds where packets get lost. */
const GIVE_UP_MS = 10_000;

export interface TransportDeps {
  readonly request: Request;
  readonly device: Device;
  readonly network: Network;
  readonly clock: Clock;
  readonly placement: number;
  /** The transport that this one replaces because it failed. */
  readonly instead: string | undefined;
  readonly onConnected: () => void;
  /** The way to the media node is gone for good, or there never was one. */
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

/** Nothing is known of the transport then, and asking in a moment may do. */
const LATER: ReadonlySet<RequestErrorCode | null> = new Set(['timeout', 'rate-limited', 'busy']);

/** Rejects with RequestError when it is refused, or with what the browser threw. */
const restartIce = async (
  { request, placement }: TransportDeps,
  transport: types.Transport,
): Promise<RestartOutcome> => {
  const { id: transportId, direction: way } = transport;
  const direction = way === 'send' ? 'send' : 'receive';
  try {
    const { iceParameters } = await request('restart-ice', { direction, placement, transportId });
    await transport.restartIce({ iceParameters });
    return 'done';
  } catch (error) {
    if (isOver(error) || transport.closed) return 'over';
    if (LATER.has(codeOf(error))) return 'away';
    throw error;
  }
};

/** As long as the transport lives. What runs over it stays as it is. */
const keepAlive = (deps: TransportDeps, transport: types.Transport): void => {
  const { network, clock, onFailed } = deps;
  const recovery = new Recovery({
    clock,
    disconnectedMs: DISCONNECTED_MS,
    giveUpMs: GIVE_UP_MS,
    restart: () => restartIce(deps, transport),
    onGivenUp: onFailed,
  });
  const stopFollowing = followNetwork(network, recovery, () =>
    isReceiving(clock, () => transport.getStats()),
  );
  const stopRenewing = network.iceServers.subscribe((iceServers) => {
    // Used from the next restart on. Chromium also gathers anew where a stream is added or ends: the
    // media node keeps its own credentials then, and takes what comes with the page's new ones.
    transport.updateIceServers({ iceServers: [...iceServers] }).catch(() => undefined);
  });
  transport.on('connectionstatechange', (state) => recovery.onState(state));
  transport.observer.once('close', () => {
    recovery.close();
    stopFollowing();
    stopRenewing();
  });
};

/** Rejects with RequestError. The caller closes it. */
export const openTransport = async (
  deps: TransportDeps,
  direction: Direction,
): Promise<types.Transport> => {
  const { request, device, network, placement, onConnected, onFailed } = deps;
  const description = await request('open-transport', openRequest(deps, direction));
  const options: types.TransportOptions = {
    ...description,
    iceServers: [...network.iceServers.current],
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
  });
  keepAlive(deps, transport);
  return transport;
};
