// The first request over each socket: who this is, and what it knows already.
import { type Position, PROTOCOL_VERSION, type RequestData } from '@sotto/signaling/protocol';

export interface Identity {
  /** The join token, and once there is a session the session token. */
  readonly token: string;
  /** False: the own network address is not shown to others. */
  readonly direct: boolean;
  /** Null before joining, and when the room that it was in has been made anew. */
  readonly position: Position | null;
  /** The last application message that one has. */
  readonly lastMessage: number;
}

export interface Greeting {
  readonly id: number;
  readonly method: 'join' | 'resume';
  readonly text: string;
}

export const greet = (id: number, { token, direct, position, lastMessage }: Identity): Greeting => {
  const protocol = PROTOCOL_VERSION;
  if (position === null) {
    const data: RequestData<'join'> = { protocol, token, direct };
    return { id, method: 'join', text: JSON.stringify({ id, method: 'join', data }) };
  }
  const data: RequestData<'resume'> = { protocol, sessionToken: token, position, lastMessage };
  return { id, method: 'resume', text: JSON.stringify({ id, method: 'resume', data }) };
};
