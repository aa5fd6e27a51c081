// What somebody who resumes has missed: facts or the whole room, and what the ring has for them
// (PROTOCOL J5, K7).
import { AppError } from '../errors.ts';
import type { Position, RequestAnswer } from '../protocol/index.ts';
import type { RoomRecord } from '../rooms/record.ts';
import { isFor } from '../rooms/room-fanout.ts';
import { eventView, eventViewFor, roomView } from '../rooms/views.ts';
import type { HandlerDeps, Membership } from './context.ts';

interface Known {
  readonly position: Position;
  readonly lastMessage: number;
}

interface Missed {
  readonly data: RequestAnswer<'resume'>;
  /** The ring's newest: what was told of it up to here is in the answer. */
  readonly lastSeq: number;
}

/**
 * Facts in one answer. More: a slow connection is closed for what it has not read, and asks for it again.
 * Fewer: more people lose a welcome and ask to be let in anew.
 */
export const RESUME_BYTES = 512 * 1024;

/** After the session has entered with `record`, so that nothing falls between. Rejects with `room-reset`. */
export const missedBy = async (
  { rooms }: Pick<HandlerDeps, 'rooms'>,
  { roomId, peerId }: Pick<Membership, 'roomId' | 'peerId'>,
  record: RoomRecord,
  { position, lastMessage }: Known,
): Promise<Missed> => {
  const events = await rooms.eventsSince(roomId, position, record.version);
  const ring = await rooms.readMessages(roomId, lastMessage);
  if (ring?.incarnation !== record.incarnation) {
    throw new AppError('room-reset', 'the room was made again');
  }
  const messages = ring.messages.filter((message) => isFor(message, peerId));
  const lastSeq = ring.last;
  const views = events?.map((event) => eventViewFor(event, peerId, eventView(event)));
  if (views === undefined || Buffer.byteLength(JSON.stringify(views)) > RESUME_BYTES) {
    return { data: { kind: 'snapshot', room: roomView(record), messages }, lastSeq };
  }
  return { data: { kind: 'events', events: views, messages }, lastSeq };
};
