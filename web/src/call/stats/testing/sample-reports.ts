// Reports as Chromium 156 and Firefox 153 gave them of a picture and a sound, shortened to what is
// read and some of what must not be: addresses, ports, fragments of user names.
import type { PeerId, StreamSource } from '@sotto/signaling/protocol';
import { peerId } from '../../../signaling/testing/room-samples.ts';
import type { ConnectionReading, StatsReading } from '../stats-reading.ts';

export const START_MS = 1_795_250_028_642;

type Member = string | number | boolean;
type Entry = Readonly<Record<string, Member>>;

const reportOf = (entries: readonly Entry[]): ReadonlyMap<unknown, unknown> =>
  new Map(entries.map((entry) => [entry['id'], entry]));

/** Of one SSRC, so far. */
export interface Counts {
  readonly atMs: number;
  readonly bytes?: number;
  readonly packets?: number;
  readonly lost?: number;
  readonly jitter?: number;
  readonly freezes?: number;
}

const way = (protocol: Entry): readonly Entry[] => [
  { id: 'T01', type: 'transport', selectedCandidatePairId: 'CP1', iceState: 'connected' },
  {
    id: 'CP0',
    type: 'candidate-pair',
    nominated: false,
    state: 'waiting',
    localCandidateId: 'I0',
    remoteCandidateId: 'I9',
  },
  {
    id: 'CP1',
    type: 'candidate-pair',
    nominated: true,
    state: 'succeeded',
    localCandidateId: 'I1',
    remoteCandidateId: 'I2',
    currentRoundTripTime: 0.041,
    availableOutgoingBitrate: 432_781,
  },
  {
    id: 'I1',
    type: 'local-candidate',
    address: '192.0.2.2',
    ip: '192.0.2.2',
    port: 42_225,
    usernameFragment: '/jeM',
    ...protocol,
  },
  {
    id: 'I2',
    type: 'remote-candidate',
    address: 'fd00::2',
    port: 56_365,
    candidateType: 'host',
    protocol: 'udp',
    usernameFragment: 'Os8O',
  },
];

export const HOST_UDP: Entry = { candidateType: 'host', protocol: 'udp' };
export const TURN_TLS: Entry = { candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' };

const codecs: readonly Entry[] = [
  { id: 'COT01_111', type: 'codec', mimeType: 'audio/opus' },
  { id: 'COT01_96', type: 'codec', mimeType: 'video/VP8' },
];

const rtp = (kind: 'audio' | 'video', { atMs }: Counts): Entry => ({
  timestamp: START_MS + atMs,
  kind,
  codecId: kind === 'audio' ? 'COT01_111' : 'COT01_96',
});

const PICTURE: Entry = { frameWidth: 640, frameHeight: 360, framesPerSecond: 15 };

export const inbound = (
  trackIdentifier: string,
  kind: 'audio' | 'video',
  counts: Counts,
): Entry => ({
  id: `IT01${trackIdentifier}`,
  type: 'inbound-rtp',
  ...rtp(kind, counts),
  trackIdentifier,
  bytesReceived: counts.bytes ?? 0,
  packetsReceived: counts.packets ?? 0,
  packetsLost: counts.lost ?? 0,
  jitter: counts.jitter ?? 0.011,
  freezeCount: counts.freezes ?? 0,
  ...(kind === 'video' && PICTURE),
});

/** A layer, and what the receiver reports of it. */
export const outbound = (
  ssrc: string,
  kind: 'audio' | 'video',
  counts: Counts,
  more: Entry = {},
): readonly Entry[] => [
  {
    id: ssrc,
    type: 'outbound-rtp',
    ...rtp(kind, counts),
    mid: kind === 'audio' ? '0' : '1',
    bytesSent: counts.bytes ?? 0,
    packetsSent: counts.packets ?? 0,
    ...(kind === 'video' && {
      ...PICTURE,
      qualityLimitationReason: 'none',
      targetBitrate: 118_200,
    }),
    ...more,
  },
  {
    id: `RI${ssrc}`,
    type: 'remote-inbound-rtp',
    timestamp: START_MS,
    kind,
    localId: ssrc,
    packetsLost: counts.lost ?? 0,
    jitter: counts.jitter ?? 0.008,
  },
];

export const connection = (
  direction: ConnectionReading['direction'],
  entries: readonly Entry[],
  { local = HOST_UDP, ...more }: Partial<ConnectionReading> & { readonly local?: Entry } = {},
): ConnectionReading => ({
  id: direction,
  path: 'sfu',
  direction,
  state: 'connected',
  isUsed: true,
  sentIn: (mid) => SENT_IN[mid],
  report: reportOf([...codecs, ...way(local), ...entries]),
  ...more,
});

/** By media section. */
const SENT_IN: Readonly<Record<string, StreamSource>> = { '0': 'mic', '1': 'cam' };

export const ann = peerId('ann');
export const bob = peerId('bob');

const RECEIVED: Readonly<Record<string, readonly [PeerId, StreamSource]>> = {
  'ann-mic': [ann, 'mic'],
  'ann-cam': [ann, 'cam'],
  'bob-mic': [bob, 'mic'],
};

export const reading = (connections: readonly ConnectionReading[]): StatsReading => ({
  mode: 'sfu',
  reason: 'people',
  epoch: 7,
  connections,
  received: (trackIdentifier) => {
    const found = RECEIVED[trackIdentifier];
    return found && { peerId: found[0], source: found[1] };
  },
});
