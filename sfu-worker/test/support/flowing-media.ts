// Producers that are sent to, and consumers whose packets are counted: both as the inventory knows them, over
// direct transports.
import type { types } from 'mediasoup';
import { isDirect } from './direct-media.ts';
import type { MediaInventory } from './media-inventory.ts';
import { layerOf, startSource, type RtpSource, type RtpSourceOptions } from './rtp-source.ts';

export interface SentStream extends RtpSource {
  readonly id: string;
  readonly producer: types.Producer;
}

export const startProducer = (
  made: MediaInventory,
  producerId: string,
  options?: RtpSourceOptions,
): SentStream => {
  const producer = made.producers.find(({ id }) => id === producerId);
  const transport = made.transports.find(({ id }) => id === made.transportOf(producerId));
  if (producer === undefined || transport === undefined || !isDirect(transport)) {
    throw new Error('no such producer over a direct transport');
  }
  const source = startSource(transport, producer, options);
  producer.observer.once('close', () => source.stop());
  return { id: producerId, producer, ...source };
};

/** What has come to one consumer. */
export class PacketCounts {
  readonly consumer: types.Consumer;
  count = 0;
  /** Of the packet that came last. */
  layer = -1;
  #first: number | undefined;
  #last = 0;

  constructor(made: MediaInventory, consumerId: string) {
    const consumer = made.consumers.find(({ id }) => id === consumerId);
    if (consumer === undefined) throw new Error('no such consumer');
    this.consumer = consumer;
    consumer.on('rtp', (packet) => {
      this.count += 1;
      this.layer = layerOf(packet);
      const sequence = packet.readUInt16BE(2);
      this.#first ??= sequence;
      if (((sequence - this.#last) & 0xffff) < 0x8000 || this.count === 1) this.#last = sequence;
    });
  }

  /** Numbers between the first and the highest under which nothing has come. */
  get missing(): number {
    if (this.#first === undefined) return 0;
    return ((this.#last - this.#first) & 0xffff) + 1 - this.count;
  }
}
