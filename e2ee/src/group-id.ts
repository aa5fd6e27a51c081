// Group ids: generation(u32) | 12 random bytes, written as 22 characters of base64url. The generation
// rises with each group of a room, so that two groups of one room never pass for each other.
import { GroupError } from './group-errors.ts';
import {
  type Bytes,
  type RandomBytes,
  concat,
  fromBase64url,
  randomBytes,
  readU32,
  toBase64url,
  u32,
} from './group-bytes.ts';

export const GROUP_ID_BYTES = 16;
export const FIRST_GENERATION = 1;

/** Where a group is: its id and its epoch. */
export type GroupPoint = { readonly groupId: string; readonly epoch: number };

export const samePoint = (a: GroupPoint | null, b: GroupPoint | null): boolean =>
  a?.groupId === b?.groupId && a?.epoch === b?.epoch;

export const makeGroupId = (generation: number, random: RandomBytes = randomBytes): string =>
  toBase64url(concat(u32(generation), random(GROUP_ID_BYTES - 4)));

export function groupIdBytes(groupId: string): Bytes {
  const bytes = fromBase64url(groupId);
  if (bytes?.length !== GROUP_ID_BYTES) throw new GroupError('bad-envelope', 'not a group id');
  return bytes;
}

export const generationOf = (groupId: string): number => readU32(groupIdBytes(groupId), 0);
