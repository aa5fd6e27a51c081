// Everything that a signaling process and a media node say to each other, once, as schema and type. Both
// sides parse what they are told. The calls are those of protocol.ts, each with one object of data.
import * as z from 'zod/mini';
import {
  DtlsParameters,
  IceCandidate,
  IceParameters,
  Kind,
  RtpCapabilities,
  RtpParameters,
} from './media-schemas.ts';
import type { MediaCalls } from './protocol.ts';

/** Ids are opaque here; those of signaling have 24 characters or fewer. */
const id = z.string().check(z.minLength(1), z.maxLength(128));
const ids = z.readonly(z.array(id));
const Source = z.enum(['mic', 'cam', 'screen', 'screenAudio']);
const Direction = z.enum(['send', 'receive']);
const ViewLayer = z.union([z.literal('off'), z.literal(0), z.literal(1), z.literal(2)]);

const room = { roomId: id, placement: z.int() };
const keeping = { ...room, keep: z.optional(z.int()) };
const peer = { ...room, peerId: id };
const opening = { ...peer, instead: z.optional(id) };
const nothing = z.void();

const HeldRoom = z.object({ ...room, worker: z.int(), peerIds: ids });

const ConsumerDescription = z.object({
  consumerId: id,
  producerId: id,
  peerId: id,
  source: Source,
  kind: Kind,
  rtpParameters: RtpParameters,
});

export const Calls = {
  heldRooms: { data: z.object({}), answer: z.readonly(z.array(HeldRoom)) },
  ensureRoom: { data: z.object({ ...keeping, worker: z.int() }), answer: nothing },
  closeRoom: { data: z.object(keeping), answer: nothing },
  closePeer: { data: z.object(peer), answer: nothing },
  drain: { data: z.object({ worker: z.optional(z.int()) }), answer: nothing },
  openTransport: {
    data: z.discriminatedUnion('direction', [
      z.object({ ...opening, direction: z.literal('send') }),
      z.object({
        ...opening,
        direction: z.literal('receive'),
        rtpCapabilities: RtpCapabilities,
      }),
    ]),
    answer: z.object({
      id,
      iceParameters: IceParameters,
      iceCandidates: z.array(IceCandidate),
      dtlsParameters: DtlsParameters,
    }),
  },
  connectTransport: {
    data: z.object({ ...peer, direction: Direction, dtlsParameters: DtlsParameters }),
    answer: nothing,
  },
  restartIce: {
    data: z.object({ ...peer, direction: Direction, transportId: id }),
    answer: IceParameters,
  },
  produce: {
    data: z.object({
      ...peer,
      producerId: id,
      source: Source,
      paused: z.boolean(),
      rtpParameters: RtpParameters,
    }),
    answer: nothing,
  },
  setProducerPaused: {
    data: z.object({ ...peer, producerId: id, paused: z.boolean() }),
    answer: nothing,
  },
  closeProducer: { data: z.object({ ...peer, producerId: id }), answer: nothing },
  consume: {
    data: z.object({ ...peer, producerIds: ids }),
    answer: z.readonly(z.array(ConsumerDescription)),
  },
  view: {
    data: z.object({ ...peer, view: z.readonly(z.record(z.string(), ViewLayer)) }),
    answer: nothing,
  },
  requestKeyFrames: { data: z.object({ ...peer, producerIds: ids }), answer: nothing },
} as const satisfies Readonly<
  Record<keyof MediaCalls, { readonly data: z.core.$ZodType; readonly answer: z.core.$ZodType }>
>;

export type CallMethod = keyof typeof Calls;

const WorkerLoad = z.object({
  worker: z.int(),
  cpu: z.number(),
  rooms: z.int(),
  alive: z.boolean(),
  draining: z.boolean(),
  parts: z.readonly(z.array(z.object(room))),
});
const load = z.readonly(z.array(WorkerLoad));

/** What a media node says unasked. */
export const NodeEvent = z.discriminatedUnion('event', [
  /** First of all: which life of which node this is. */
  z.object({ event: z.literal('hello'), data: z.object({ nodeId: id, load }) }),
  /** Every second at least, and at once when a room or a worker has come or gone. */
  z.object({ event: z.literal('load'), data: z.object({ load }) }),
  z.object({
    event: z.literal('audio-levels'),
    data: z.object({
      roomId: id,
      levels: z.readonly(z.array(z.object({ peerId: id, volume: z.number() }))),
    }),
  }),
  z.object({ event: z.literal('room-lost'), data: z.object(room) }),
]);
export type NodeEvent = z.infer<typeof NodeEvent>;

const CallId = z.int().check(z.gte(0));

/** From signaling. The room is read before the rest, which each call has a schema for. */
export const CallEnvelope = z.object({ id: CallId, method: z.string(), data: z.unknown() });
export type CallEnvelope = z.infer<typeof CallEnvelope>;

export const Answer = z.discriminatedUnion('ok', [
  z.object({ id: CallId, ok: z.literal(true), data: z.optional(z.unknown()) }),
  z.object({
    id: CallId,
    ok: z.literal(false),
    error: z.object({
      code: z.enum(['stale-placement', 'not-found', 'bad-parameters', 'unavailable']),
      message: z.string(),
    }),
  }),
]);
export type Answer = z.infer<typeof Answer>;

const NodeMessage = z.union([Answer, NodeEvent]);
export type NodeMessage = z.infer<typeof NodeMessage>;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Undefined when the text is no call at all. */
export const parseCall = (text: string): CallEnvelope | undefined =>
  CallEnvelope.safeParse(parseJson(text)).data;

/** Undefined when the text is nothing that a media node says. */
export const parseNodeMessage = (text: string): NodeMessage | undefined =>
  NodeMessage.safeParse(parseJson(text)).data;

export const isCallMethod = (method: string): method is CallMethod => Object.hasOwn(Calls, method);

/** Of both ends. */
export const RPC_LIMITS = {
  /** A call, of which a view of 800 streams is the longest. More: one connection holds more memory. */
  callBytes: 256 * 1024,
  /** An answer or event; the rooms that a full node holds are the longest. */
  answerBytes: 16 * 1024 * 1024,
  /** What the other end has not read yet, in either direction. Beyond it the connection is cut. */
  sendBufferBytes: 16 * 1024 * 1024,
  /** Calls of one connection without an answer. Fewer: a burst of joins is refused. */
  waitingCalls: 10_000,
  /** Of those for one room, so that rooms on a worker that hangs leave the others their share. */
  waitingCallsOfRoom: 1_000,
  /** A call that has no answer by then is answered `unavailable`, whatever comes of it. */
  callTimeoutMs: 10_000,
} as const;
