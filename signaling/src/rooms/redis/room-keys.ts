// The names of what Redis keeps of a room. All carry one hash tag, so that a cluster has them on one server
// and a script may touch them together.
//   {r:ID}:s   hash    incarnation, version, head, snapshot, snapshotVersion, logBytes; the ring's last,
//                      ringBytes and posted (names of the last posts, with their numbers)
//   {r:ID}:x   stream  the log: id <version>-0, fields prev and event
//   {r:ID}:m   stream  the ring: id <seq>-0, field message
//   {r:ID}:ev  channel hints (hints.ts)
import { RoomId } from '../../protocol/index.ts';

export interface RoomKeys {
  readonly state: string;
  readonly log: string;
  readonly ring: string;
  readonly channel: string;
}

export const roomKeys = (roomId: RoomId): RoomKeys => ({
  state: `{r:${roomId}}:s`,
  log: `{r:${roomId}}:x`,
  ring: `{r:${roomId}}:m`,
  channel: `{r:${roomId}}:ev`,
});

/** Matches the first key of each room, as SCAN has it; `roomOfKey` says whose one is. */
export const STATE_KEYS = '{r:*}:s';
const STATE_KEY = /^\{r:([^}]+)\}:s$/;

/** Undefined for what only looks like a room's key. */
export const roomOfKey = (key: string): RoomId | undefined =>
  RoomId.safeParse(STATE_KEY.exec(key)?.[1]).data;

/** Of all signaling processes, with the end of each one's lease by Redis' clock as its score. */
export const LEASES_KEY = '{sig}:nodes';
