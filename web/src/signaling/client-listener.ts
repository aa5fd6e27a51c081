// What the client tells of its session, and why that ends.
import type { RecordEvent, RequestAnswer, RoomView, Signal } from '@sotto/signaling/protocol';
import type { RequestErrorCode } from './request-error.ts';

export type JoinAnswer = RequestAnswer<'join'>;

/** `replaced`: the same session lives on elsewhere. The others are what the server refused with. */
export type EndReason = 'replaced' | 'unreachable' | RequestErrorCode;

export interface ClientListener {
  /** First of all, and again whenever the room was made anew: then nothing of before is left. */
  onJoined(answer: JoinAnswer): void;
  /** In order, each the next of the log. */
  onEvent(event: RecordEvent): void;
  /** The room as it is now; what happened meanwhile was too much to tell. */
  onSnapshot(room: RoomView): void;
  onSignal(signal: Signal): void;
  onConnection(state: 'connected' | 'reconnecting'): void;
  /** The server is there and lets nobody in now; before the first `onJoined`, each time that it says so. */
  onDelayed(): void;
  /** Once, and not after `leave` or `close`. */
  onEnded(reason: EndReason): void;
}
