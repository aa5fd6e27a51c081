// Every request that a client can make, once: its data and its answer. PROTOCOL.md has the rules;
// `Requests` is the only list; the handlers and the client's types derive from it.
import * as z from 'zod/mini';
import {
  boundedRecord,
  DisplayName,
  LIMITS,
  PeerId,
  Placement,
  Position,
  ProducerId,
  StreamSource,
  Token,
} from './common.ts';
import { RecordEvent, RoomView } from './events.ts';
import {
  DtlsParameters,
  IceServer,
  MediaKind,
  RtpCapabilities,
  RtpParameters,
  TransportDescription,
} from './media.ts';

const nothing = z.object({});

/** Each call names the placement that it was meant for; an older one is refused (PROTOCOL M2). */
const placed = { placement: Placement };

const TransportId = z.optional(z.string().check(z.maxLength(64)));

const Direction = z.enum(['send', 'receive']);
export type Direction = z.infer<typeof Direction>;

/** `off`, or the largest spatial layer wanted, 0 to 2; for streams of one layer any number is on. */
export const ViewLayer = z.union([z.literal('off'), z.literal(0), z.literal(1), z.literal(2)]);
export type ViewLayer = z.infer<typeof ViewLayer>;

export const ConsumerDescription = z.object({
  consumerId: z.string(),
  producerId: ProducerId,
  peerId: PeerId,
  source: StreamSource,
  kind: MediaKind,
  rtpParameters: RtpParameters,
});
export type ConsumerDescription = z.infer<typeof ConsumerDescription>;

export const Requests = {
  /** Enter the room of the token (PROTOCOL J1). Joining again with the same peer id is no error. */
  join: {
    data: z.object({ protocol: z.int(), token: Token, displayName: DisplayName }),
    answer: z.object({
      peerId: PeerId,
      sessionToken: Token,
      room: RoomView,
      rtpCapabilities: RtpCapabilities,
      iceServers: z.array(IceServer),
    }),
  },
  /** Take up a session after its socket was lost (PROTOCOL J5). */
  resume: {
    data: z.object({ protocol: z.int(), sessionToken: Token, position: Position }),
    answer: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('events'), events: z.array(RecordEvent) }),
      z.object({ kind: z.literal('snapshot'), room: RoomView }),
    ]),
  },
  leave: { data: nothing, answer: nothing },
  /** Keeps the session alive; the client's half of the heartbeat (PROTOCOL S2). */
  heartbeat: { data: nothing, answer: nothing },
  /** `instead`: the id of a transport that this side has given up, as when ICE has failed. */
  'open-transport': {
    data: z.discriminatedUnion('direction', [
      z.object({ direction: z.literal('send'), ...placed, instead: TransportId }),
      z.object({
        direction: z.literal('receive'),
        ...placed,
        instead: TransportId,
        rtpCapabilities: RtpCapabilities,
      }),
    ]),
    answer: TransportDescription,
  },
  'connect-transport': {
    data: z.object({ direction: Direction, ...placed, dtlsParameters: DtlsParameters }),
    answer: nothing,
  },
  /** Start sending, muted unless `on`; what was sent from the same source before is replaced. */
  produce: {
    data: z.object({
      source: StreamSource,
      on: z.boolean(),
      ...placed,
      rtpParameters: RtpParameters,
    }),
    answer: z.object({ producerId: ProducerId }),
  },
  /** Mute and unmute, camera on and off; the producer, if there is one, stays. */
  'set-stream': {
    data: z.object({ source: StreamSource, on: z.boolean() }),
    answer: nothing,
  },
  /** Stop sending for good, as when a screen share ends. */
  'close-stream': { data: z.object({ source: StreamSource }), answer: nothing },
  /** Consumers, paused, for what is there of the list; what is gone is left out. */
  consume: {
    data: z.object({
      ...placed,
      producerIds: z.array(ProducerId).check(z.minLength(1), z.maxLength(LIMITS.consumePerRequest)),
    }),
    answer: z.object({ consumers: z.array(ConsumerDescription) }),
  },
  /** All that is wanted now, and how large; what is not named is off. The last one wins. */
  view: {
    data: z.object({
      ...placed,
      view: boundedRecord(ProducerId, ViewLayer, LIMITS.viewEntries),
    }),
    answer: nothing,
  },
} as const;

export type Method = keyof typeof Requests;
export type RequestData<M extends Method> = z.infer<(typeof Requests)[M]['data']>;
export type RequestAnswer<M extends Method> = z.infer<(typeof Requests)[M]['answer']>;
