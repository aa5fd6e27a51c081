// Between text on the wire and typed messages, for both sides. Nothing else calls JSON.parse on
// what came over the socket.
import * as z from 'zod/mini';
import { ErrorCode, Version } from './common.ts';
import { ServerEvent } from './events.ts';
import { type Method, Requests } from './requests.ts';

const RequestId = z.int().check(z.gte(0));

const RequestEnvelope = z.object({ id: RequestId, method: z.string(), data: z.unknown() });
export type RequestEnvelope = z.infer<typeof RequestEnvelope>;

/** `version`: the record's, when the request changed it; the events up to it came before. */
export const Answer = z.discriminatedUnion('ok', [
  z.object({
    id: RequestId,
    ok: z.literal(true),
    version: z.optional(Version),
    data: z.unknown(),
  }),
  z.object({
    id: RequestId,
    ok: z.literal(false),
    error: z.object({ code: ErrorCode, message: z.string() }),
  }),
]);
export type Answer = z.infer<typeof Answer>;

const ServerMessage = z.union([Answer, ServerEvent]);
export type ServerMessage = z.infer<typeof ServerMessage>;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Undefined when the text is no request at all. */
export const parseRequestEnvelope = (text: string): RequestEnvelope | undefined =>
  RequestEnvelope.safeParse(parseJson(text)).data;

/** Undefined when the text is nothing that this protocol's server says. */
export const parseServerMessage = (text: string): ServerMessage | undefined =>
  ServerMessage.safeParse(parseJson(text)).data;

export const isMethod = (method: string): method is Method => Object.hasOwn(Requests, method);
