// What of RTP (RFC 3550) and of VP8 in it (RFC 7741) an onlooker on a router needs: packets apart,
// frames together, and packets made to be sent on.

export interface RtpPacket {
  /** The last packet of a video frame. */
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** Without padding; of VP8 with its descriptor. Opus: the frame itself (RFC 7587 §4.2). */
  readonly payload: Buffer;
}

export interface Vp8Frame {
  readonly timestamp: number;
  readonly data: Buffer;
}

const HEADER_BYTES = 12;

/** RFC 3550 §5.1, RFC 8285 §4.1.1: header extensions are skipped. */
export const parseRtp = (bytes: Buffer): RtpPacket => {
  const [first = 0, second = 0] = bytes;
  const csrcs = HEADER_BYTES + (first & 0x0f) * 4;
  const start = (first & 0x10) === 0 ? csrcs : csrcs + 4 + bytes.readUInt16BE(csrcs + 2) * 4;
  const padding = (first & 0x20) === 0 ? 0 : (bytes.at(-1) ?? 0);
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, bytes.length - padding),
  };
};

/** Without header extensions. */
export const writeRtp = (packet: RtpPacket): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = 0x80;
  header[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  header.writeUInt16BE(packet.sequence & 0xffff, 2);
  header.writeUInt32BE(packet.timestamp >>> 0, 4);
  header.writeUInt32BE(packet.ssrc, 8);
  return Buffer.concat([header, packet.payload]);
};

/** RFC 7741 §4.2: what stands before the VP8 payload. */
export const vp8DescriptorLength = (payload: Buffer): number => {
  const [first = 0, extensions = 0] = payload;
  if ((first & 0x80) === 0) return 1;
  let length = 2;
  if ((extensions & 0x80) !== 0) length += ((payload[length] ?? 0) & 0x80) === 0 ? 1 : 2;
  if ((extensions & 0x40) !== 0) length += 1;
  if ((extensions & 0x30) !== 0) length += 1;
  return length;
};

/** S = 1 and PID = 0. */
export const beginsVp8Frame = ({ payload }: RtpPacket): boolean =>
  ((payload[0] ?? 0) & 0x17) === 0x10;

/** RFC 6386 §9.1. */
export const isVp8KeyFrame = ({ data }: Vp8Frame): boolean => ((data[0] ?? 1) & 1) === 0;

/** What stays clear of VP8 (SPEC.md F6). */
export const clearPrefixLength = (frame: Vp8Frame): number => (isVp8KeyFrame(frame) ? 10 : 1);

const after = (sequence: number, other: number): number => ((sequence - other) << 16) >> 16;

/** Of one stream: by their numbers, each once, however often and in whichever order they came. */
export const inOrder = (packets: readonly RtpPacket[]): readonly RtpPacket[] => {
  const bySequence = new Map(packets.map((packet) => [packet.sequence, packet]));
  return [...bySequence.values()].toSorted((a, b) => after(a.sequence, b.sequence));
};

const isWhole = (packets: readonly RtpPacket[]): boolean => {
  const [first, last] = [packets[0], packets.at(-1)];
  if (first === undefined || last === undefined) return false;
  const isUnbroken = packets.every(
    ({ sequence }, index) => sequence === ((first.sequence + index) & 0xffff),
  );
  return beginsVp8Frame(first) && last.marker && isUnbroken;
};

/** Those of one stream of which all packets are there. */
export const vp8Frames = (packets: readonly RtpPacket[]): readonly Vp8Frame[] => {
  const byTimestamp = Map.groupBy(
    inOrder(packets).filter(({ payload }) => payload.length > 0),
    ({ timestamp }) => timestamp,
  );
  return [...byTimestamp].flatMap(([timestamp, ofFrame]) => {
    if (!isWhole(ofFrame)) return [];
    const parts = ofFrame.map(({ payload }) => payload.subarray(vp8DescriptorLength(payload)));
    return [{ timestamp, data: Buffer.concat(parts) }];
  });
};
