// Where the workers of this host listen for media, and which addresses browsers are told.
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { types } from 'mediasoup';

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Addresses besides loopback. Each is two candidates (UDP, TCP) that every browser tries; hosts
 * that run containers have dozens of bridges, of which the first interfaces matter.
 */
const MAX_ADDRESSES = 6;

// RFC 4291 §2.5.6 (fe80::/10) and RFC 3927: valid on one link only, so nothing to announce.
const LINK_LOCAL = /^(fe[89ab][0-9a-f]:|169\.254\.)/i;

/** Outside addresses before loopback, IPv4 before IPv6; link-local ones are left out. */
export const localAddresses = (interfaces: Interfaces): readonly string[] => {
  const all = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter(({ address }) => !LINK_LOCAL.test(address));
  const pick = (internal: boolean) => [
    ...all.filter((entry) => entry.internal === internal && entry.family === 'IPv4'),
    ...all.filter((entry) => entry.internal === internal && entry.family === 'IPv6'),
  ];
  const outside = pick(false).slice(0, MAX_ADDRESSES);
  const loopback = pick(true).slice(0, 2);
  return [...new Set([...outside, ...loopback].map(({ address }) => address))];
};

export interface ListenPlan {
  readonly listenInfos: types.TransportListenInfo[];
  /** Told to browsers besides those of `listenInfos`, at the same ports. */
  readonly internalAddresses: readonly string[];
}

export interface ListenOptions {
  /** What browsers are told instead of the host's own addresses. */
  readonly announcedAddress?: string | undefined;
  /** 0: any free port. */
  readonly port: number;
}

/**
 * Unannounced: one listener for each address. Announced: one for all of them, so that packets find
 * it whatever interface the network translates to.
 */
export const planListening = (
  { announcedAddress, port }: ListenOptions,
  addresses: readonly string[],
): ListenPlan => {
  if (announcedAddress === undefined) {
    return {
      listenInfos: addresses.flatMap((ip) => listenPair({ ip, port })),
      internalAddresses: [],
    };
  }
  const ip = isIPv6(announcedAddress) ? '::' : '0.0.0.0';
  return {
    listenInfos: listenPair({ ip, port, announcedAddress }),
    // mediasoup's exposeInternalIp would tell browsers 0.0.0.0 here.
    internalAddresses: addresses.filter(
      (address) =>
        isIPv6(address) === isIPv6(ip) && address !== announcedAddress && !isLoopback(address),
    ),
  };
};

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

const listenPair = (
  info: Omit<types.TransportListenInfo, 'protocol'>,
): types.TransportListenInfo[] => [
  { ...info, protocol: 'udp' },
  { ...info, protocol: 'tcp' },
];

/** What an internal address ranks below the announced one of the same socket (RFC 8445 §5.1.2). */
const PRIORITY_STEP = 1000;

/** The candidates and, after them, the same sockets at the internal addresses. */
export const withInternalCandidates = (
  candidates: readonly types.IceCandidate[],
  internalAddresses: readonly string[],
): types.IceCandidate[] => [
  ...candidates,
  ...internalAddresses.flatMap((address, index) =>
    candidates.map((candidate) => ({
      ...candidate,
      foundation: `${candidate.foundation}i${index}`,
      ip: address,
      address,
      priority: candidate.priority - PRIORITY_STEP * (index + 1),
    })),
  ),
];

/** Whether a socket can be bound to it now: interfaces list addresses that are not ready. */
export const canListen = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.once('error', () => socket.close(() => resolve(false)));
    socket.bind({ address, port: 0, exclusive: true }, () => socket.close(() => resolve(true)));
  });
