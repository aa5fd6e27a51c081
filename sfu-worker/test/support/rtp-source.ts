// What a browser sends, as far as a media worker looks at it: packets of Opus in one layer or of VP8 in several,
// sender reports, and key frames when they are asked for. Its payload says which layer it is of.
import type { types } from 'mediasoup';

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const AUDIO_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

/** RFC 3550 §6.4.1, RFC 4585 §6.3.1 and RFC 5104 §4.3.1. */
const SENDER_REPORT = 200;
const PAYLOAD_FEEDBACK = 206;
const PICTURE_LOSS = 1;
const FULL_INTRA_REQUEST = 4;

/** From 1900, where NTP begins, to 1970. */
const NTP_OFFSET_S = 2_208_988_800;
const REPORTS_EVERY = 5;

export interface RtpSource {
  /** By layer, lowest first. */
  readonly sent: number[];
  /** How often a key frame was asked for, by layer. */
  readonly asked: number[];
  stop(): void;
}

export interface RtpSourceOptions {
  readonly everyMs?: number;
  /** Of audio, in dBov. */
  readonly volume?: number;
}

interface Layer {
  readonly index: number;
  readonly ssrc: number;
  readonly rid: string | undefined;
  sequence: number;
  isKeyFrameDue: boolean;
}

export const startSource = (
  transport: types.DirectTransport,
  producer: types.Producer,
  { everyMs = 20, volume = -30 }: RtpSourceOptions = {},
): RtpSource => {
  const layers = layersOf(producer);
  const sent = layers.map(() => 0);
  const asked = layers.map(() => 0);
  const clockRate = producer.rtpParameters.codecs[0]?.clockRate ?? 0;
  let ticks = 0;

  transport.on('rtcp', (packet) => {
    for (const ssrc of keyFramesAskedIn(packet)) {
      const layer = layers.find((one) => one.ssrc === ssrc);
      if (layer === undefined) continue;
      layer.isKeyFrameDue = true;
      asked[layer.index] = (asked[layer.index] ?? 0) + 1;
    }
  });
  const tick = (): void => {
    if (producer.closed) return;
    ticks += 1;
    const timestamp = Math.round((ticks * everyMs * clockRate) / 1000);
    for (const layer of layers) {
      layer.sequence += 1;
      producer.send(writePacket(producer, layer, timestamp, volume));
      layer.isKeyFrameDue = false;
      sent[layer.index] = (sent[layer.index] ?? 0) + 1;
      if (ticks % REPORTS_EVERY === 0) transport.sendRtcp(senderReport(layer, timestamp));
    }
  };
  const timer = setInterval(tick, everyMs);
  return { sent, asked, stop: () => clearInterval(timer) };
};

/** Of the layer that a packet that was made here is of. */
export const layerOf = (packet: Buffer): number => {
  const [first = 0] = packet;
  const extensions = (first & 0x10) === 0 ? 0 : 4 + packet.readUInt16BE(14) * 4;
  return packet[12 + extensions + 2] ?? -1;
};

const layersOf = ({ rtpParameters: { encodings = [] } }: types.Producer): readonly Layer[] =>
  encodings.map(({ ssrc, rid }, index) => ({
    index,
    ssrc: ssrc ?? 1_000_000 + index,
    rid,
    sequence: 0,
    isKeyFrameDue: true,
  }));

/** RFC 3550 §5.1, with the one-byte header extensions of RFC 8285 §4.2. */
const writePacket = (
  { kind, rtpParameters }: types.Producer,
  layer: Layer,
  timestamp: number,
  volume: number,
): Buffer => {
  const { mid = '', codecs, headerExtensions = [] } = rtpParameters;
  const values: Readonly<Record<string, Buffer | undefined>> = {
    [MID]: Buffer.from(mid),
    [RID]: layer.rid === undefined ? undefined : Buffer.from(layer.rid),
    // RFC 6464 §3: with a voice in it.
    [AUDIO_LEVEL]: kind === 'audio' ? Buffer.from([0x80 | -volume]) : undefined,
  };
  const elements = Buffer.concat(
    headerExtensions.flatMap(({ uri, id }) => {
      const value = values[uri];
      return value === undefined ? [] : [Buffer.from([(id << 4) | (value.length - 1)]), value];
    }),
  );
  const words = Math.ceil(elements.length / 4);
  const extensions = Buffer.alloc(4 + words * 4);
  extensions.writeUInt16BE(0xbede, 0);
  extensions.writeUInt16BE(words, 2);
  elements.copy(extensions, 4);
  const header = Buffer.alloc(12);
  header[0] = 0x90;
  header[1] = 0x80 | (codecs[0]?.payloadType ?? 0);
  header.writeUInt16BE(layer.sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(layer.ssrc, 8);
  // RFC 7741 §4.2 and RFC 6386 §9.1: a frame begins here, of its own or not.
  const payload = Buffer.from([0x10, layer.isKeyFrameDue ? 0 : 1, layer.index, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, extensions, payload]);
};

const senderReport = ({ ssrc, sequence }: Layer, timestamp: number): Buffer => {
  const report = Buffer.alloc(28);
  const nowS = Date.now() / 1000;
  report[0] = 0x80;
  report[1] = SENDER_REPORT;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(Math.floor(nowS) + NTP_OFFSET_S, 8);
  report.writeUInt32BE(Math.floor((nowS % 1) * 2 ** 32), 12);
  report.writeUInt32BE(timestamp >>> 0, 16);
  report.writeUInt32BE(sequence, 20);
  report.writeUInt32BE(sequence * 8, 24);
  return report;
};

/** The SSRCs, once for each time that they are asked for in a compound packet. */
const keyFramesAskedIn = (compound: Buffer): readonly number[] => {
  const found: number[] = [];
  for (let at = 0; at + 12 <= compound.length; at += (compound.readUInt16BE(at + 2) + 1) * 4) {
    if (compound[at + 1] !== PAYLOAD_FEEDBACK) continue;
    const format = (compound[at] ?? 0) & 0x1f;
    if (format === PICTURE_LOSS) found.push(compound.readUInt32BE(at + 8));
    if (format === FULL_INTRA_REQUEST) found.push(compound.readUInt32BE(at + 12));
  }
  return found;
};
