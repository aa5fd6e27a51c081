// What the messages of both workers are parsed with: each takes anything, and gives undefined for what
// it is not.
import type { GroupPoint } from './group-id.ts';

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

export const isIndex = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** 16 bytes in base64url, in their one canonical spelling: others name no group (SPEC G7). */
const GROUP_ID = /^[A-Za-z0-9_-]{21}[AQgw]$/;

export const parsePoint = (value: unknown): GroupPoint | undefined => {
  if (!isRecord(value)) return undefined;
  const { groupId, epoch } = value;
  if (typeof groupId !== 'string' || !GROUP_ID.test(groupId)) return undefined;
  return isIndex(epoch) ? { groupId, epoch } : undefined;
};

/** All of a list, or undefined if one of it is something else. */
export const parseList = <Item>(
  value: unknown,
  parse: (item: unknown) => Item | undefined,
): readonly Item[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const items: Item[] = [];
  for (const each of value) {
    const item = parse(each);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
};

export const parseText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Bytes in memory of their own, as structured cloning makes them. */
export const isBytes = (value: unknown): value is Uint8Array<ArrayBuffer> =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;
