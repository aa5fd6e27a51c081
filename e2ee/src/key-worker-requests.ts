// What the page says to the key worker, parsed at its edge (SPEC G39): whatever is not whole is not done.
import type { Bytes } from './group-bytes.ts';
import type { SessionEvent } from './group-runner.ts';
import type {
  CommitFact,
  KeyPackageFact,
  RecordGroup,
  RefusalCode,
  RoomView,
} from './group-session-types.ts';
import type { KeyIdentity, KeyWorkerRequest } from './key-worker-messages.ts';
import { isBytes, isIndex, isRecord, parseList, parsePoint, parseText } from './worker-parsing.ts';

type Fields = Readonly<Record<string, unknown>>;

const isRefusal = (value: unknown): value is RefusalCode =>
  value === 'stale' || value === 'rate' || value === 'denied' || value === 'lost';

function parseIdentity(value: unknown): KeyIdentity | undefined {
  if (!isRecord(value)) return undefined;
  const { secret, roomId, peerId, name } = value;
  if (typeof secret !== 'string' || typeof roomId !== 'string') return undefined;
  if (typeof peerId !== 'string' || peerId === '' || typeof name !== 'string') return undefined;
  return { secret, roomId, peerId, name };
}

function parseKeyPackage(value: unknown): KeyPackageFact | undefined {
  if (!isRecord(value)) return undefined;
  const { peerId, messageId, envelope } = value;
  if (typeof peerId !== 'string' || typeof messageId !== 'string') return undefined;
  return isBytes(envelope) ? { peerId, messageId, envelope } : undefined;
}

function parseCommit(value: unknown): CommitFact | undefined {
  if (!isRecord(value)) return undefined;
  const { messageId, by, tagHash, envelope, welcome } = value;
  const group = parsePoint(value['group']);
  const welcomed = parseList(value['welcomed'], parseText);
  if (typeof messageId !== 'string' || typeof by !== 'string' || typeof tagHash !== 'string') {
    return undefined;
  }
  if (group === undefined || welcomed === undefined || !isBytes(envelope)) return undefined;
  const commit = { messageId, by, group, tagHash, envelope, welcomed };
  if (welcome === undefined) return commit;
  return isBytes(welcome) ? { ...commit, welcome } : undefined;
}

function parseGroup(value: unknown): RecordGroup | undefined {
  const point = parsePoint(value);
  const members = isRecord(value) ? parseList(value['members'], parseText) : undefined;
  return point && members && { ...point, members };
}

const isPeers = (value: unknown): value is ReadonlyMap<string, boolean> =>
  value instanceof Map &&
  [...value].every(([id, connected]) => typeof id === 'string' && typeof connected === 'boolean');

function parseRoom(value: unknown): RoomView | undefined {
  if (!isRecord(value)) return undefined;
  const { peers } = value;
  const group = value['group'] === null ? null : parseGroup(value['group']);
  const keyPackages = parseList(value['keyPackages'], parseKeyPackage);
  if (group === undefined || keyPackages === undefined || !isPeers(peers)) return undefined;
  return { group, peers, keyPackages };
}

function parseRecord(fields: Fields): SessionEvent | undefined {
  const room = parseRoom(fields['room']);
  const commits = parseList(fields['commits'], parseCommit);
  return room && commits && { type: 'record', room, commits };
}

/** What the server tells. What only the worker itself may say, such as finished work, is no event. */
function parseEvent(value: unknown): SessionEvent | undefined {
  if (!isRecord(value)) return undefined;
  const { type, by, messageId, author, peerId, kicked, code } = value;
  switch (type) {
    case 'record':
      return parseRecord(value);
    case 'group-created': {
      const group = parsePoint(value['group']);
      return group && typeof by === 'string' ? { type, group, by } : undefined;
    }
    case 'key-package': {
      const keyPackage = parseKeyPackage(value['keyPackage']);
      return keyPackage && { type, keyPackage };
    }
    case 'commit': {
      const commit = parseCommit(value['commit']);
      return commit && { type, commit };
    }
    case 'commit-condemned':
      if (typeof messageId !== 'string' || typeof author !== 'string') return undefined;
      return { type, messageId, author };
    case 'epoch-ready': {
      const group = parsePoint(value['group']);
      return group && { type, group };
    }
    case 'peer-connected':
    case 'peer-disconnected':
      return typeof peerId === 'string' ? { type, peerId } : undefined;
    case 'peer-left':
      if (typeof peerId !== 'string' || typeof kicked !== 'boolean') return undefined;
      return { type, peerId, kicked };
    case 'refused':
      if (typeof messageId !== 'string' || !isRefusal(code)) return undefined;
      return { type, messageId, code };
    default:
      return undefined;
  }
}

const isByte = (value: unknown): value is number => isIndex(value) && value < 256;

type SealFields = { request: number; kind: number; body: Bytes; to: string };

function parseSeal({ request, kind, body, to }: Fields): SealFields | undefined {
  if (!isIndex(request) || !isByte(kind) || typeof to !== 'string') return undefined;
  return isBytes(body) ? { request, kind, body, to } : undefined;
}

export function parseKeyWorkerRequest(value: unknown): KeyWorkerRequest | undefined {
  if (!isRecord(value)) return undefined;
  const { type, port, request, from, to, envelope } = value;
  switch (type) {
    case 'start': {
      const identity = parseIdentity(value['identity']);
      return identity && { type, identity };
    }
    case 'connect-frames':
      return port instanceof MessagePort ? { type, port } : undefined;
    case 'event': {
      const event = parseEvent(value['event']);
      return event && { type, event };
    }
    case 'seal': {
      const fields = parseSeal(value);
      return fields && { type, ...fields };
    }
    case 'open':
      if (typeof from !== 'string' || typeof to !== 'string') return undefined;
      return isBytes(envelope) ? { type, from, to, envelope } : undefined;
    case 'safety-code':
      return isIndex(request) ? { type, request } : undefined;
    case 'wipe':
      return { type };
    default:
      return undefined;
  }
}
