// What every message is made of: branded identifiers, the limits that both sides hold to, and the
// closed sets of error and close codes. Browser-safe; PROTOCOL.md says what each of them means.
import * as z from 'zod/mini';

/** An object of at most so many entries, counted before any of them is looked at. */
export const boundedRecord = <K extends z.core.$ZodRecordKey, V extends z.core.SomeType>(
  key: K,
  value: V,
  most: number,
) =>
  z.pipe(
    z.custom<Record<string, unknown>>(
      (data) => typeof data === 'object' && data !== null && Object.keys(data).length <= most,
    ),
    z.record(key, value),
  );

/** Raised when a client of the former number could no longer be served (PROTOCOL J2). */
export const PROTOCOL_VERSION = 5;

export const LIMITS = {
  /** One WebSocket message from a client. Raising it lets one client hold more of a node's memory. */
  messageBytes: 128 * 1024,
  /** Base64url characters of a sealed key package, which has some 500 bytes. */
  keyPackageChars: 4 * 1024,
  /** Base64url characters of a sealed application message: a chat text, or a session description. */
  appMessageChars: 24 * 1024,
  /** Welcomes of one commit: as many as a room can hold people. */
  welcomesPerCommit: 200,
  /** Producers in one `consume`; a page with more asks again. */
  consumePerRequest: 128,
  /** Entries of one `view`: four streams each of the 200 people that a room can hold. */
  viewEntries: 800,
} as const;

/** The server beats at this interval; a side that heard nothing for HEARTBEAT_TIMEOUT_MS closes. */
export const HEARTBEAT_INTERVAL_MS = 10_000;
export const HEARTBEAT_TIMEOUT_MS = 25_000;

/** What the last character may be where `bytes % 3` are left over: the bits beyond them are 0. */
const LAST_CHARACTERS = ['', '[AQgw]', '[AEIMQUYcgkosw048]'] as const;

/**
 * So many bytes as base64url in their one spelling (RFC 4648 §3.5): who decodes it strictly must never be
 * handed another, and two spellings would be two names for one thing.
 */
export const base64url = (bytes: number) => {
  const whole = Math.floor((bytes * 4) / 3);
  return z
    .string()
    .check(z.regex(new RegExp(`^[A-Za-z0-9_-]{${whole}}${LAST_CHARACTERS[bytes % 3] ?? ''}$`)));
};

/** 9 random bytes and a 9-byte HMAC over them under the server's secret, base64url. */
export const RoomId = base64url(18).brand<'RoomId'>();
export type RoomId = z.infer<typeof RoomId>;

/** 12 random bytes, base64url; minted with the join token, kept for the whole meeting. */
export const PeerId = base64url(12).brand<'PeerId'>();
export type PeerId = z.infer<typeof PeerId>;

/** 12 random bytes, base64url; picked by signaling before the producer exists. */
export const ProducerId = base64url(12).brand<'ProducerId'>();
export type ProducerId = z.infer<typeof ProducerId>;

/** A random name for one life of a room's record. */
export const Incarnation = base64url(12).brand<'Incarnation'>();
export type Incarnation = z.infer<typeof Incarnation>;

/** A random name for one version of one record: tells apart two logs that count alike. */
export const Head = base64url(12).brand<'Head'>();
export type Head = z.infer<typeof Head>;

export const Version = z.int().check(z.gte(1));

/**
 * Names one placement of a room on a media node: milliseconds since the epoch, raised where needed
 * so that it never falls, even when the room is made again. A request under an older one is refused.
 */
export const Placement = z.int().check(z.gte(1));

/** Where somebody is in a room's log (PROTOCOL V1). */
export const Position = z.object({ incarnation: Incarnation, version: Version, head: Head });
export type Position = z.infer<typeof Position>;

export const StreamSource = z.enum(['mic', 'cam', 'screen', 'screenAudio']);
export type StreamSource = z.infer<typeof StreamSource>;
export const STREAM_SOURCES = StreamSource.options;

/** What somebody means to send; a producer id says that the media node has it. */
export const Stream = z.object({ on: z.boolean(), producerId: z.optional(ProducerId) });
export type Stream = z.infer<typeof Stream>;

export const Streams = z.object({
  mic: Stream,
  cam: Stream,
  screen: Stream,
  screenAudio: Stream,
});
export type Streams = z.infer<typeof Streams>;

/** Compact JWS of a join token or a session token. */
export const Token = z.string().check(z.minLength(16), z.maxLength(1024));

export const ErrorCode = z.enum([
  'bad-request',
  'unknown-method',
  'not-joined',
  'already-joined',
  'unauthorized',
  'room-not-found',
  'room-full',
  'room-reset',
  'upgrade-required',
  'stale-placement',
  'stale-epoch',
  'forbidden',
  'media-unavailable',
  'turn-not-configured',
  'not-found',
  'rate-limited',
  'busy',
  'unavailable',
  'draining',
  'internal',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** WebSocket close codes (RFC 6455 §7.4.2, private use). */
export const CLOSE = {
  /** From a client: the person left; nobody waits for a resume. */
  leave: 4000,
  /** From a browser: the page goes away, as in a reload (RFC 6455 §7.4.1); Firefox may say only this. */
  goingAway: 1001,
  badMessage: 4001,
  silent: 4002,
  replaced: 4003,
  slowConsumer: 4004,
  rateLimited: 4005,
  notJoined: 4006,
  gone: 4007,
  draining: 4008,
} as const;
