// The rooms that there are, by looking through the keys of each server (SCAN): for administrators, who may
// wait. No list is kept of them, so nothing has to be kept true.
import { Cluster, type Redis } from 'ioredis';
import { type RoomPage, ROOMS_PER_PAGE } from '../room-store.ts';
import type { Client } from './link.ts';
import { roomOfKey, STATE_KEYS } from './room-keys.ts';

const END = '0';

const placeOf = ({ options }: Redis): string => `${options.host}:${options.port}`;

/** In an order that does not change while the servers do not. */
const serversOf = (client: Client): readonly Redis[] =>
  client instanceof Cluster
    ? client.nodes('master').toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1))
    : [client];

/** `cursor`: SCAN's own, and which server it is of, as `ROOM_CURSOR` has it. */
export const listRooms = async (client: Client, cursor: string | null): Promise<RoomPage> => {
  const [from = END, at = '0'] = (cursor ?? END).split('-');
  const index = Number(at);
  const servers = serversOf(client);
  const server = servers[index];
  if (server === undefined) return { roomIds: [], next: null };
  // A room has three keys at most: about a page of rooms is among so many.
  const [to, keys] = await server.scan(from, 'MATCH', STATE_KEYS, 'COUNT', 3 * ROOMS_PER_PAGE);
  const roomIds = [...new Set(keys)].flatMap((key) => roomOfKey(key) ?? []);
  if (to !== END) return { roomIds, next: `${to}-${index}` };
  return { roomIds, next: index + 1 < servers.length ? `${END}-${index + 1}` : null };
};
