// Rooms over HTTP, all of one link's key: what the key is makes no difference to most tests.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { JoinHash, JoinKey } from '../../src/auth/room-ids.ts';
import { RoomId } from '../../src/protocol/index.ts';

export const joinHashOf = (joinKey: JoinKey): JoinHash =>
  JoinHash.parse(
    createHash('sha256').update(Buffer.from(joinKey, 'base64url')).digest('base64url'),
  );

export const JOIN_KEY = JoinKey.parse(Buffer.alloc(32, 5).toString('base64url'));
export const JOIN_HASH = joinHashOf(JOIN_KEY);

export const bearer = (joinKey: string = JOIN_KEY) => ({ authorization: `Bearer ${joinKey}` });

export const postRoom = (
  url: string,
  body: unknown = { joinHash: JOIN_HASH },
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${url}/api/rooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

export const createRoom = async (url: string): Promise<RoomId> =>
  z.parse(z.object({ roomId: RoomId }), await (await postRoom(url)).json()).roomId;

export const fetchToken = async (url: string, roomId: RoomId): Promise<string> => {
  const path = `${url}/api/rooms/${roomId}/token`;
  const response = await fetch(path, { method: 'POST', headers: bearer() });
  return z.parse(z.object({ token: z.string() }), await response.json()).token;
};
