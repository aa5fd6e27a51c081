// All media of one peer in one room: a transport for each direction, and what runs over them.
import type { types } from 'mediasoup';
import type { AudioLevelWatch } from './audio-levels.ts';
import { checkCapabilities } from './check-receive.ts';
import type { MediaLog } from './media-log.ts';
import { PeerConsumers } from './peer-consumers.ts';
import { PeerProducers, type RoomProducer } from './peer-producers.ts';
import { PeerTransport } from './peer-transport.ts';
import type { Direction, TransportDescription } from './protocol.ts';
import type { RunningWorker } from './worker-slot.ts';

export interface PeerMediaDeps {
  readonly peerId: string;
  readonly running: RunningWorker;
  readonly router: types.Router;
  readonly producers: Map<string, RoomProducer>;
  readonly audioLevels: AudioLevelWatch;
  readonly log: MediaLog;
}

export class PeerMedia {
  readonly transports: Readonly<Record<Direction, PeerTransport>>;
  readonly sent: PeerProducers;
  readonly received: PeerConsumers;

  constructor({ peerId, running, router, producers, audioLevels, log }: PeerMediaDeps) {
    const send = new PeerTransport({ ...running, router, direction: 'send' });
    const receive = new PeerTransport({ ...running, router, direction: 'receive' });
    this.transports = { send, receive };
    this.sent = new PeerProducers({ peerId, send, producers, audioLevels });
    this.received = new PeerConsumers({ peerId, receive, router, producers, log });
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
