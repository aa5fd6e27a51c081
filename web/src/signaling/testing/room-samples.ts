// Small rooms and events for tests, as the server would send them.
import {
  Head,
  Incarnation,
  PeerId,
  type PeerView,
  ProducerId,
  RecordEvent,
  type RoomView,
  type Streams,
} from '@sotto/signaling/protocol';

const name = (text: string): string => text.padEnd(16, '_');

export const peerId = (text: string): PeerId => PeerId.parse(name(text));
export const producerId = (text: string): ProducerId => ProducerId.parse(name(text));
export const headAt = (version: number): Head => Head.parse(name(`head${version}`));

const OFF = { on: false };
export const NO_STREAMS: Streams = { mic: OFF, cam: OFF, screen: OFF, screenAudio: OFF };

export const peer = (text: string, streams: Partial<Streams> = {}): PeerView => ({
  peerId: peerId(text),
  connected: true,
  direct: true,
  streams: { ...NO_STREAMS, ...streams },
});

export const roomAt = (version: number, peers: readonly PeerView[] = []): RoomView => ({
  position: {
    incarnation: Incarnation.parse(name('room')),
    version,
    head: headAt(version),
  },
  placement: null,
  leaving: null,
  mode: { type: 'sfu', reason: 'server' },
  peers: [...peers],
  group: null,
  keyPackages: [],
});

export const eventAt = (version: number, event: string, data: unknown): RecordEvent =>
  RecordEvent.parse({ event, version, head: headAt(version), data });

export const sessionToken = 'session.token.0123456789';

export const joinAnswer = (room: RoomView) => ({
  peerId: peerId('me'),
  sessionToken,
  room,
  lastMessage: 0,
  rtpCapabilities: { codecs: [], headerExtensions: [] },
  ice: { iceServers: [], expiresInSeconds: null },
});
