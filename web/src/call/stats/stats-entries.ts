// The entries of a statistics report that are of use here (W3C WebRTC Statistics). Browsers leave many
// members out, each others: what is not there, or is something else, is undefined.
import * as z from 'zod/mini';
import { catch as orElse } from 'zod/mini';
import type { StatsReport } from './stats-reading.ts';

const number = orElse(z.optional(z.number()), undefined);
const text = orElse(z.optional(z.string()), undefined);
const flag = orElse(z.optional(z.boolean()), undefined);

/** Of one layer. */
const Rtp = {
  id: z.string(),
  /** Milliseconds, of when it was measured. */
  timestamp: z.number(),
  codecId: text,
  frameWidth: number,
  frameHeight: number,
  framesPerSecond: number,
};

const Candidate = {
  id: z.string(),
  candidateType: text,
  protocol: text,
  relayProtocol: text,
};

const Entry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('inbound-rtp'),
    ...Rtp,
    trackIdentifier: text,
    bytesReceived: number,
    packetsReceived: number,
    packetsLost: number,
    /** Seconds. */
    jitter: number,
    freezeCount: number,
  }),
  z.object({
    type: z.literal('outbound-rtp'),
    ...Rtp,
    mid: text,
    bytesSent: number,
    packetsSent: number,
    qualityLimitationReason: text,
    targetBitrate: number,
  }),
  z.object({
    type: z.literal('remote-inbound-rtp'),
    localId: text,
    packetsLost: number,
    jitter: number,
  }),
  z.object({ type: z.literal('codec'), id: z.string(), mimeType: text }),
  z.object({ type: z.literal('transport'), selectedCandidatePairId: text }),
  z.object({
    type: z.literal('candidate-pair'),
    id: z.string(),
    localCandidateId: text,
    remoteCandidateId: text,
    /** Firefox alone, instead of the transport's member. */
    selected: flag,
    nominated: flag,
    state: text,
    /** Seconds. */
    currentRoundTripTime: number,
    availableOutgoingBitrate: number,
  }),
  z.object({ type: z.literal('local-candidate'), ...Candidate }),
  z.object({ type: z.literal('remote-candidate'), ...Candidate }),
]);
type Entry = z.infer<typeof Entry>;

export type EntryOf<T extends Entry['type']> = Extract<Entry, { type: T }>;

/** Never throws. */
export const readEntries = (report: StatsReport) => {
  const entries: readonly Entry[] = [...report].flatMap(
    ([, entry]) => Entry.safeParse(entry).data ?? [],
  );
  const all = <T extends Entry['type']>(type: T): readonly EntryOf<T>[] =>
    entries.filter((entry): entry is EntryOf<T> => entry.type === type);
  return {
    inbound: all('inbound-rtp'),
    outbound: all('outbound-rtp'),
    remoteInbound: all('remote-inbound-rtp'),
    codecs: all('codec'),
    transports: all('transport'),
    pairs: all('candidate-pair'),
    candidates: [...all('local-candidate'), ...all('remote-candidate')],
  };
};

export type Entries = ReturnType<typeof readEntries>;
