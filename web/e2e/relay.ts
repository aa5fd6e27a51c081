// A stream as a hostile router hands it on: from whichever producer it likes, changed as it likes, or
// made up; to the receiver all of it is one producer.
import type { types } from 'mediasoup';
import { openInjector, tapProducer, type Tap } from './router-tap.ts';
import type { RtpPacket } from './rtp.ts';

export interface Relay {
  /** For `consume`, in place of the producer that was asked for. */
  readonly producerId: string;
  /** Hands on that producer from now on, as it comes, each packet as `change` makes it; null: none. */
  carry(producerId: string | null, change?: ChangePacket): Promise<void>;
  /** What `carry` handed on last ends; these packets come instead, one by one. */
  play(packets: readonly RtpPacket[]): void;
}

/** What to hand on in place of a packet. */
export type ChangePacket = (packet: RtpPacket) => readonly RtpPacket[];

const AS_IT_IS: ChangePacket = (packet) => [packet];

/** Between two streams that are handed on as one: a frame of video at 15 a second, five of Opus. */
const GAP = { audio: 4800, video: 6000 } as const;

const isLater = (timestamp: number, than: number): boolean => ((timestamp - than) | 0) > 0;

export const openRelay = async (router: types.Router, kind: types.MediaKind): Promise<Relay> => {
  let tap: Tap | null = null;
  let takes = 0;
  let lastTimestamp = 0;
  const injector = await openInjector(router, kind, () => void tap?.requestKeyFrame());

  /** The timestamps of a stream go on behind those of the one before. */
  const stream = () => {
    let shift: number | null = null;
    let ssrc: number | null = null;
    return (packet: RtpPacket): void => {
      // One layer of simulcast is enough.
      ssrc ??= packet.ssrc;
      if (packet.ssrc !== ssrc) return;
      shift ??= (lastTimestamp + GAP[kind] - packet.timestamp) | 0;
      const timestamp = (packet.timestamp + shift) >>> 0;
      if (isLater(timestamp, lastTimestamp)) lastTimestamp = timestamp;
      injector.send({ ...packet, timestamp });
    };
  };

  const stop = (): void => {
    takes += 1;
    tap?.close();
    tap = null;
  };

  return {
    producerId: injector.producerId,
    carry: async (producerId, change = AS_IT_IS) => {
      stop();
      if (producerId === null) return;
      const take = takes;
      const send = stream();
      const opened = await tapProducer(router, producerId, (packet) => {
        if (take === takes) for (const changed of change(packet)) send(changed);
      });
      if (take !== takes) {
        opened.close();
        return;
      }
      tap = opened;
      await opened.requestKeyFrame();
    },
    play: (packets) => {
      stop();
      const send = stream();
      for (const packet of packets) send(packet);
    },
  };
};
