// All media of one peer in one room: a transport for each direction, and what runs over them.
import type { types } from 'mediasoup';
import { checkCapabilities } from './check-receive.ts';
import type { MediaLog } from './media-log.ts';
import { PeerConsumers } from './peer-consumers.ts';
import { PeerProducers, type RoomProducer } from './peer-producers.ts';
import { PeerTransport } from './peer-transport.ts';
import type { Direction, TransportDescription } from './protocol.ts';
import type { Shard } from './shard.ts';

export interface PeerMediaDeps {
  readonly peerId: string;
  /** Where all of it is. */
  readonly shard: Shard;
  /** Of the whole room, by id. */
  readonly producers: Map<string, RoomProducer>;
  readonly log: MediaLog;
}

export class PeerMedia {
  readonly shard: Shard;
  readonly transports: Readonly<Record<Direction, PeerTransport>>;
  readonly sent: PeerProducers;
  readonly received: PeerConsumers;

  constructor({ peerId, shard, producers, log }: PeerMediaDeps) {
    this.shard = shard;
    const send = new PeerTransport({ shard, direction: 'send' });
    const receive = new PeerTransport({ shard, direction: 'receive' });
    this.transports = { send, receive };
    this.sent = new PeerProducers({ peerId, shard, send, producers });
    this.received = new PeerConsumers({ peerId, shard, receive, producers, log });
  }

  openSend(instead?: string): Promise<TransportDescription> {
    return this.transports.send.open(instead);
  }

  openReceive(
    rtpCapabilities: types.RtpCapabilities,
    instead?: string,
  ): Promise<TransportDescription> {
    this.received.setCapabilities(checkCapabilities(rtpCapabilities));
    return this.transports.receive.open(instead);
  }

  close(): void {
    this.transports.send.close();
    this.transports.receive.close();
  }
}
