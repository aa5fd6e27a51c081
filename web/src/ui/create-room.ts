// Asks the server for a new meeting. Its secret is made here; the server gets a hash (SPEC G3).
import { RoomId } from '@sotto/signaling/protocol';
import * as z from 'zod/mini';
import { makeRoomSecret } from '../link/room-secret.ts';

const Created = z.object({ roomId: RoomId });

export type CreateRoomResult =
  | { readonly ok: true; readonly roomId: RoomId; readonly secret: string }
  | { readonly ok: false; readonly reason: 'unreachable' | 'refused' };

export const createRoom = async (): Promise<CreateRoomResult> => {
  const { secret, joinHash } = makeRoomSecret();
  let response: Response;
  try {
    response = await fetch('/api/rooms', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ joinHash }),
    });
  } catch {
    return { ok: false, reason: 'unreachable' };
  }
  try {
    if (response.status === 201) {
      return { ok: true, roomId: Created.parse(await response.json()).roomId, secret };
    }
  } catch {
    // An answer that is none of ours: a proxy, a captive portal.
  }
  return { ok: false, reason: 'refused' };
};
