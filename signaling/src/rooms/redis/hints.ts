// What subscribers of a room are told, as text in its channel. One channel for all, so that what was said
// after an append is told after it. All are hints: a reader that makes nothing of one looks at the room.
//   events [event, …]                            appended
//   look                                         appended, and too long to be told
//   message <incarnation> <seq> {from, to, …}    posted (written by the script, which gives the number)
//   whisper {peerId, group, at}
import * as z from 'zod/mini';
import { AppMessage, GroupPoint, Incarnation, PeerId, Position } from '../../protocol/index.ts';
import { RoomEvent } from '../record.ts';
import type { StoreListener, Whisper } from '../room-store.ts';

/** More: a large commit is sent to every node at once. Less: they read it, each by itself. */
export const MOST_HINT_BYTES = 64 * 1024;

const WhisperHint = z.object({ peerId: PeerId, group: GroupPoint, at: Position });

/** Undefined for what is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** `events`: each as JSON. */
export const eventsHint = (events: readonly string[]): string => {
  const hint = `events [${events.join(',')}]`;
  return Buffer.byteLength(hint) > MOST_HINT_BYTES ? 'look' : hint;
};

export const whisperHint = (whisper: Whisper): string => `whisper ${JSON.stringify(whisper)}`;

/** The text up to the first space, and what is behind it. */
const split = (text: string): readonly [string, string] => {
  const at = text.indexOf(' ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

const MessageHint = z.object({ incarnation: Incarnation, message: AppMessage });

/** Of a stored message, which lacks its number; to be parsed. */
export const messageWithSeq = (seq: number, json: string): unknown => {
  const stored = parseJson(json);
  return typeof stored === 'object' ? { ...stored, seq } : undefined;
};

/** Tells a listener what the hint says; to look, where it says nothing that is known here. */
export const tellHint = (text: string, listener: StoreListener): void => {
  const [kind, rest] = split(text);
  if (kind === 'events') {
    const events = z.array(RoomEvent).safeParse(parseJson(rest));
    if (events.success) return listener.onEvents(events.data);
  } else if (kind === 'message') {
    const [incarnation, numbered] = split(rest);
    const [seq, json] = split(numbered);
    const message = messageWithSeq(Number(seq), json);
    const entry = MessageHint.safeParse({ incarnation, message });
    if (entry.success) return listener.onMessage(entry.data);
  } else if (kind === 'whisper') {
    const whisper = WhisperHint.safeParse(parseJson(rest));
    if (whisper.success) return listener.onWhisper(whisper.data);
  }
  listener.onMissed();
};
