// The room store of many processes. Each call is one script in Redis (scripts.ts), and done at most once
// however often it is sent. What Redis hands back is parsed: another release may have written it.
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { AppError } from '../../errors.ts';
import { AppMessage, Incarnation, Position } from '../../protocol/index.ts';
import { positionOf, RoomEvent, RoomRecord } from '../record.ts';
import {
  type Append,
  LOG_BYTES,
  RECORD_TTL_MS,
  RING_BYTES,
  RING_MESSAGES,
  type RoomRead,
  type RoomStore,
} from '../room-store.ts';
import type { Calls } from './calls.ts';
import { eventsHint, messageWithSeq, parseJson, whisperHint } from './hints.ts';
import type { Client } from './link.ts';
import { listRooms } from './list-rooms.ts';
import { roomKeys } from './room-keys.ts';
import type { ScriptRunner } from './script-runner.ts';
import { APPEND, DELETE, POST, READ, READ_MESSAGES, RENEW } from './scripts.ts';
import type { Subscriptions } from './subscriptions.ts';

/** So many that no two posts of a room have one name. */
const POST_NAME_BYTES = 12;
const newPostName = (): string => randomBytes(POST_NAME_BYTES).toString('base64url');

export interface RedisRoomStoreDeps {
  readonly client: Client;
  readonly calls: Calls;
  readonly scripts: ScriptRunner;
  readonly subscriptions: Subscriptions;
  /** Kept behind the snapshot. */
  readonly logBytes?: number;
}

const ReadReply = z.union([
  z.tuple([z.literal('reset')]),
  z.tuple([z.literal('events'), z.array(z.string())]),
  z.tuple([z.literal('snapshot'), z.string(), z.array(z.string())]),
]);

const PositionReply = z.union([z.tuple([]), z.tuple([z.string(), z.string(), z.string()])]);

const MessagesReply = z.union([
  z.tuple([]),
  z.tuple([z.string(), z.int(), z.array(z.int()), z.array(z.string())]),
]);

/** What does not parse was written by another release. */
const parse = <S extends z.core.$ZodType>(schema: S, data: unknown): z.output<S> => {
  const parsed = z.safeParse(schema, data);
  if (parsed.success) return parsed.data;
  throw new AppError('upgrade-required', 'another release of the server has this room');
};

const parseEvents = (events: readonly string[]): RoomEvent[] =>
  events.map((event) => parse(RoomEvent, parseJson(event)));

const positionArgs = (position: Position | null): readonly [string, string, string] =>
  position === null
    ? ['', '', '']
    : [position.incarnation, String(position.version), position.head];

const appendArgs = ({ expected, events, snapshot }: Append, logBytes: number) => {
  const last = events.at(-1);
  if (last === undefined) throw new RangeError('an append carries at least one event');
  if (expected === null && snapshot === undefined) {
    throw new RangeError('a new room comes with its snapshot');
  }
  const texts = events.map((event) => JSON.stringify(event));
  return {
    before: [
      ...positionArgs(expected),
      ...positionArgs(positionOf(last)),
      snapshot === undefined ? '' : JSON.stringify(snapshot),
      snapshot?.version ?? '',
      logBytes,
      RECORD_TTL_MS,
    ],
    hint: eventsHint(texts),
    pairs: events.flatMap(({ prev }, index) => [prev, texts[index] ?? '']),
  };
};

const parseRead = (reply: unknown): RoomRead => {
  const read = parse(ReadReply, reply);
  switch (read[0]) {
    case 'reset':
      return { kind: 'reset' };
    case 'events':
      return { kind: 'events', events: parseEvents(read[1]) };
    case 'snapshot':
      return {
        kind: 'snapshot',
        snapshot: parse(RoomRecord, parseJson(read[1])),
        events: parseEvents(read[2]),
      };
  }
};

export const createRedisRoomStore = (deps: RedisRoomStoreDeps): RoomStore => {
  const { client, calls, scripts, subscriptions, logBytes = LOG_BYTES } = deps;
  return {
    append: async (roomId, append) => {
      const { state, log, ring, channel } = roomKeys(roomId);
      const { before, hint, pairs } = appendArgs(append, logBytes);
      const args = [...before, channel, hint, ...pairs];
      return (await scripts.write(APPEND, [state, log, ring], args)) === 1;
    },
    read: async (roomId, after) => {
      const { state, log, ring } = roomKeys(roomId);
      return parseRead(await scripts.run(READ, [state, log, ring], positionArgs(after)));
    },
    renew: async (roomId) => {
      const { state, log, ring } = roomKeys(roomId);
      const reply = await scripts.run(RENEW, [state, log, ring], [RECORD_TTL_MS]);
      const at = parse(PositionReply, reply);
      if (at.length === 0) return null;
      const [incarnation, version, head] = at;
      return parse(Position, { incarnation, version: Number(version), head });
    },
    delete: async (roomId, expected) => {
      const { state, log, ring } = roomKeys(roomId);
      const args = positionArgs(expected);
      return (await scripts.write(DELETE, [state, log, ring], args)) === 1;
    },
    post: async (roomId, incarnation, message) => {
      const { state, ring, channel } = roomKeys(roomId);
      const args = [incarnation, newPostName(), JSON.stringify(message)];
      const bounds = [RING_MESSAGES, RING_BYTES, channel];
      const seq = await scripts.write(POST, [state, ring], [...args, ...bounds]);
      return seq === 0 ? undefined : { ...message, seq };
    },
    readMessages: async (roomId, afterSeq) => {
      const { state, ring } = roomKeys(roomId);
      // Who wants to know the last number alone asks for what comes after Infinity.
      const from = Math.min(afterSeq + 1, Number.MAX_SAFE_INTEGER);
      const reply = await scripts.run(READ_MESSAGES, [state, ring], [from]);
      const kept = parse(MessagesReply, reply);
      if (kept.length === 0) return undefined;
      const [incarnation, last, numbers, texts] = kept;
      const messages = texts.map((text, index) =>
        parse(AppMessage, messageWithSeq(numbers[index] ?? 0, text)),
      );
      return { incarnation: parse(Incarnation, incarnation), last, messages };
    },
    whisper: async (roomId, whisper) => {
      const { channel } = roomKeys(roomId);
      await calls.run(() => client.spublish(channel, whisperHint(whisper)));
    },
    list: (cursor) => calls.run(() => listRooms(client, cursor)),
    subscribe: (roomId, listener) => subscriptions.subscribe(roomKeys(roomId).channel, listener),
    close: async () => subscriptions.close(),
  };
};
