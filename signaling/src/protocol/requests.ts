// Every request that a client can make, once: its data and its answer. PROTOCOL.md has the rules;
// `Requests` is the only list; the handlers and the client's types derive from it.
import * as z from 'zod/mini';
import {
  boundedRecord,
  LIMITS,
  PeerId,
  Placement,
  Position,
  ProducerId,
  StreamSource,
  Token,
} from './common.ts';
import { PeerToPeerOutcome } from './call-mode.ts';
import { RecordEvent, RoomView } from './events.ts';
import {
  AppEnvelope,
  AppMessage,
  CommitEnvelope,
  EpochTag,
  GroupPoint,
  KeyPackageEnvelope,
  MessageId,
  TagHash,
  Welcome,
} from './group.ts';
import {
  DtlsParameters,
  IceParameters,
  IceServers,
  MediaKind,
  RtpCapabilities,
  RtpParameters,
  TransportDescription,
} from './media.ts';

const nothing = z.object({});

/** Each call names the placement that it was meant for; an older one is refused (PROTOCOL M2). */
const placed = { placement: Placement };

const TransportId = z.optional(z.string().check(z.maxLength(64)));

const MessageSeq = z.int().check(z.gte(0));

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
    data: z.object({
      protocol: z.int(),
      token: Token,
      /** As `set-direct`; of who joins again with the same peer id too. */
      direct: z.boolean(),
    }),
    answer: z.object({
      peerId: PeerId,
      sessionToken: Token,
      room: RoomView,
      /** Of the ring, when one joined: 0 while it is empty. */
      lastMessage: MessageSeq,
      rtpCapabilities: RtpCapabilities,
      ice: IceServers,
    }),
  },
  /** Take up a session after its socket was lost (PROTOCOL J5). */
  resume: {
    data: z.object({
      protocol: z.int(),
      sessionToken: Token,
      position: Position,
      /** The last application message that one has. */
      lastMessage: MessageSeq,
    }),
    answer: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('events'),
        events: z.array(RecordEvent),
        messages: z.array(AppMessage),
      }),
      z.object({ kind: z.literal('snapshot'), room: RoomView, messages: z.array(AppMessage) }),
    ]),
  },
  leave: { data: nothing, answer: nothing },
  /** Keeps the session alive; the client's half of the heartbeat (PROTOCOL S2). */
  heartbeat: { data: nothing, answer: nothing },
  /** False: the own network address is not shown to others (PROTOCOL C4). */
  'set-direct': { data: z.object({ direct: z.boolean() }), answer: nothing },
  /** What came of reaching the other one of two directly (PROTOCOL C5–C7). */
  'peer-to-peer': {
    data: z.object({ with: PeerId, outcome: PeerToPeerOutcome }),
    answer: nothing,
  },
  /** All that should come under this placement has come, since the room moved there (PROTOCOL M17). */
  arrived: { data: z.object(placed), answer: nothing },
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
  /** New ICE credentials for a transport whose network changed; what runs over it stays (PROTOCOL M10). */
  'restart-ice': {
    data: z.object({
      direction: Direction,
      ...placed,
      transportId: z.string().check(z.maxLength(64)),
    }),
    answer: z.object({ iceParameters: IceParameters }),
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
  /** What was opened cannot be decoded without one: asked of their senders (PROTOCOL M9). */
  'request-key-frames': {
    data: z.object({
      ...placed,
      producerIds: z.array(ProducerId).check(z.minLength(1), z.maxLength(LIMITS.consumePerRequest)),
    }),
    answer: nothing,
  },
  /** The room as it is now, where what one was told of it cannot be so. */
  'read-room': { data: nothing, answer: z.object({ room: RoomView }) },
  /** Make `group` the room's in place of `prev`, or name it again; `tag` is of its epoch (PROTOCOL K2). */
  'create-group': {
    data: z.object({ group: GroupPoint, prev: z.nullable(GroupPoint), tag: EpochTag }),
    answer: nothing,
  },
  /** Ask to be let into the group (PROTOCOL K3). */
  'key-package': {
    data: z.object({ messageId: MessageId, envelope: KeyPackageEnvelope }),
    answer: nothing,
  },
  /** End the epoch of `group` and begin the next (PROTOCOL K4). */
  commit: {
    data: z.object({
      messageId: MessageId,
      group: GroupPoint,
      /** Of the epoch that it begins. */
      tagHash: TagHash,
      envelope: CommitEnvelope,
      welcomes: z.array(Welcome).check(z.maxLength(LIMITS.welcomesPerCommit)),
    }),
    answer: nothing,
  },
  /** The keys of this epoch are here: others may send under them (PROTOCOL K6). */
  'epoch-ready': { data: z.object({ group: GroupPoint, tag: EpochTag }), answer: nothing },
  /** A commit that was taken cannot be followed (PROTOCOL K5). */
  'bad-commit': { data: z.object({ messageId: MessageId }), answer: nothing },
  /** To one or to all, through a bounded ring of its own (PROTOCOL K7). */
  'app-message': {
    data: z.object({ to: z.optional(PeerId), envelope: AppEnvelope }),
    answer: nothing,
  },
} as const;

export type Method = keyof typeof Requests;
export type RequestData<M extends Method> = z.infer<(typeof Requests)[M]['data']>;
export type RequestAnswer<M extends Method> = z.infer<(typeof Requests)[M]['answer']>;
