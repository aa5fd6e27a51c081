// A media server on real workers for one test file, and short ways to be a peer of it.
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { createMediaServer, type MediaLog, type MediaServer } from '../../src/media-server.ts';
import type {
  ConsumerDescription,
  MediaErrorCode,
  MediaEvent,
  Source,
} from '../../src/protocol.ts';
import {
  camParameters,
  micParameters,
  RECEIVE_CAPABILITIES,
  screenAudioParameters,
  screenParameters,
} from '../rtp-fixtures.ts';
import { keepInventory, type MediaInventory } from './media-inventory.ts';

export const SILENT: MediaLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface MediaWorld {
  readonly server: MediaServer;
  readonly made: MediaInventory;
  readonly events: MediaEvent[];
  close(): Promise<void>;
}

export const startMediaWorld = async ({ workers = 1 } = {}): Promise<MediaWorld> => {
  const made = keepInventory();
  const server = await createMediaServer({ nodeId: 'n1', workers, rtcPortBase: 0, log: SILENT });
  const events: MediaEvent[] = [];
  server.watch((event) => events.push(event));
  const close = async () => {
    made.stop();
    await server.close();
  };
  return { server, made, events, close };
};

export const newId = (): string => randomBytes(12).toString('base64url');

export const rejection = (code: MediaErrorCode) =>
  expect.objectContaining({ name: 'MediaError', code });

const PARAMETERS = {
  mic: micParameters,
  cam: camParameters,
  screen: screenParameters,
  screenAudio: screenAudioParameters,
} as const;

export interface TestPeer {
  readonly key: { readonly roomId: string; readonly placement: number; readonly peerId: string };
  openSend(): Promise<string>;
  openReceive(): Promise<string>;
  /** Gives the producer's id. */
  produce(source: Source, producerId?: string): Promise<string>;
  consume(...producerIds: string[]): Promise<readonly ConsumerDescription[]>;
}

export interface TestRoom {
  readonly key: { readonly roomId: string; readonly placement: number };
  peer(peerId?: string): TestPeer;
}

export const openRoom = async (
  server: MediaServer,
  { roomId = newId(), placement = 1, worker = 0 } = {},
): Promise<TestRoom> => {
  const key = { roomId, placement };
  await server.ensureRoom({ ...key, worker });
  return { key, peer: (peerId = newId()) => testPeer(server, { ...key, peerId }) };
};

const testPeer = (server: MediaServer, key: TestPeer['key']): TestPeer => ({
  key,
  openSend: async () => (await server.openTransport({ ...key, direction: 'send' })).id,
  openReceive: async () => {
    const rtpCapabilities = RECEIVE_CAPABILITIES;
    return (await server.openTransport({ ...key, direction: 'receive', rtpCapabilities })).id;
  },
  produce: async (source, producerId = newId()) => {
    const rtpParameters = PARAMETERS[source]();
    await server.produce({ ...key, producerId, source, paused: false, rtpParameters });
    return producerId;
  },
  consume: (...producerIds) => server.consume({ ...key, producerIds }),
});

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
