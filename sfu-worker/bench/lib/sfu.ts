// What the bench does with a media server that people are connected to, ours or another.
import type { types } from 'mediasoup';
import type { Direction, TransportDescription, ViewLayer } from '../../src/protocol.ts';
import type { Sent } from './streams.ts';

/** One room, on workers of its own. */
export interface Sfu {
  readonly name: string;
  pids(): readonly number[];
  open(peerId: string, direction: Direction): Promise<TransportDescription>;
  connect(
    peerId: string,
    direction: Direction,
    dtlsParameters: types.DtlsParameters,
  ): Promise<void>;
  /** Gives the producer's id. */
  produce(peerId: string, sent: Sent): Promise<string>;
  consume(peerId: string, producerIds: readonly string[]): Promise<void>;
  view(peerId: string, view: Readonly<Record<string, ViewLayer>>): Promise<void>;
  close(): Promise<void>;
}

/** Where all workers of the bench listen, and where its endpoints find them. */
export const ADDRESS = '127.0.0.1';
