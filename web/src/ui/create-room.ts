// Asks the server for a new meeting.
import { RoomId } from '@sotto/signaling/protocol';
import * as z from 'zod/mini';

const Created = z.object({ roomId: RoomId });

export type CreateRoomResult =
  | { readonly ok: true; readonly roomId: RoomId }
  | { readonly ok: false; readonly reason: 'unreachable' | 'refused' };

export const createRoom = async (): Promise<CreateRoomResult> => {
  let response: Response;
  try {
    response = await fetch('/api/rooms', { method: 'POST' });
  } catch {
    return { ok: false, reason: 'unreachable' };
  }
  try {
    if (response.status === 201) {
      return { ok: true, roomId: Created.parse(await response.json()).roomId };
    }
  } catch {
    // An answer that is none of ours: a proxy, a captive portal.
  }
  return { ok: false, reason: 'refused' };
};
