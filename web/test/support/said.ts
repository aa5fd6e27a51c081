// What crossed a socket, read back: which requests a member made, and what the server told.
import {
  parseRequestEnvelope,
  parseServerMessage,
  type RecordEvent,
  type ServerMessage,
  type Signal,
} from '@sotto/signaling/protocol';
import type { Between } from './wire.ts';

export const methodOf = (text: string): string | null => parseRequestEnvelope(text)?.method ?? null;

export const eventOf = (text: string): RecordEvent | Signal | null => {
  const message: ServerMessage | undefined = parseServerMessage(text);
  return message !== undefined && 'event' in message ? message : null;
};

export interface Listening extends Between {
  readonly toldMember: string[];
  /** By method, in order. */
  readonly asked: string[];
}

/** Changes nothing, and remembers what crossed. */
export const listening = (): Listening => {
  const toldMember: string[] = [];
  const asked: string[] = [];
  return {
    toldMember,
    asked,
    toMember: (text) => {
      toldMember.push(text);
      return [text];
    },
    toServer: (text) => {
      asked.push(methodOf(text) ?? '');
      return [text];
    },
  };
};
