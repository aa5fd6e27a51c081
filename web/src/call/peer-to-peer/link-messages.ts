// What two people tell each other to reach each other directly, as application messages of the group:
// sealed and signed, so that no server can put its own fingerprint between them. They come from a
// member, who may send anything: what is no message of ours is undefined.
import { PeerId, Placement, StreamSource, ViewLayer } from '@sotto/signaling/protocol';
import * as z from 'zod/mini';

/** The number is part of the format; conversation-messages.ts has the others. The body is JSON, UTF-8. */
export const LINK_MESSAGE_KIND = 4;

/** What fits into one application message, sealed (LIMITS.appMessageChars). */
const MOST_BYTES = 17_000;

const Sdp = z.string().check(z.maxLength(MOST_BYTES));
/** Counts the offers of a link, each an ICE restart after the first. */
const Round = z.int().check(z.gte(1), z.lte(1_000));

const Candidate = z.object({
  candidate: z.string().check(z.maxLength(512)),
  sdpMid: z.nullable(z.string().check(z.maxLength(16))),
  sdpMLineIndex: z.nullable(z.int().check(z.gte(0), z.lte(16))),
});
export type Candidate = z.infer<typeof Candidate>;

const Content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer'), round: Round, sdp: Sdp }),
  z.object({ type: z.literal('answer'), round: Round, sdp: Sdp }),
  z.object({
    type: z.literal('candidates'),
    round: Round,
    candidates: z.array(Candidate).check(z.maxLength(64)),
  }),
  /** Who does not offer needs another round: its way to the other is gone. */
  z.object({ type: z.literal('restart'), round: Round }),
  /** How large the other's pictures are wanted. */
  z.object({ type: z.literal('want'), cam: ViewLayer, screen: ViewLayer }),
  /** What was opened cannot be decoded without one. */
  z.object({ type: z.literal('key-frame'), source: StreamSource }),
  /** All that is received of the other comes through the media node by now, under that placement. */
  z.object({ type: z.literal('moved'), placement: Placement }),
  /** This end of the link is gone: whoever offers makes another. */
  z.object({ type: z.literal('closed') }),
]);
export type LinkContent = z.infer<typeof Content>;

const LinkMessage = z.object({
  /** Whom it is for: what the server says of that is not signed. */
  to: PeerId,
  /** Of who offers: one attempt to reach each other. */
  link: z.uuid(),
  content: Content,
});
export type LinkMessage = z.infer<typeof LinkMessage>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export const encodeLinkMessage = (message: LinkMessage): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encoder.encode(JSON.stringify(message)));

export const parseLinkMessage = (body: Uint8Array): LinkMessage | undefined => {
  if (body.length > MOST_BYTES) return undefined;
  try {
    return LinkMessage.safeParse(JSON.parse(decoder.decode(body))).data;
  } catch {
    return undefined;
  }
};
