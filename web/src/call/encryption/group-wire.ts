// Between the protocol's words and the group's: what the server says as events of the group session,
// and what the session sends as requests. Bytes here, base64url there; nothing is understood.
import {
  fromBase64url,
  type CommitFact,
  type GroupRoomView,
  type KeyPackageFact,
  type RefusalCode,
  type ServerBound,
  type SessionEvent,
  toBase64url,
} from '@sotto/e2ee/page';
import {
  type Commit,
  GroupPoint,
  type KeyPackage,
  MessageId,
  PeerId,
  type RecordEvent,
  type RequestData,
  type RoomView,
} from '@sotto/signaling/protocol';
import { codeOf } from '../../signaling/request-error.ts';

/** What is no base64url does not open either. */
const bytesOf = (text: string): KeyPackageFact['envelope'] =>
  fromBase64url(text) ?? new Uint8Array();

const keyPackageFact = ({ peerId, messageId, envelope }: KeyPackage): KeyPackageFact => ({
  peerId,
  messageId,
  envelope: bytesOf(envelope),
});

const commitFact = (commit: Commit): CommitFact => {
  const { messageId, by, group, tagHash, envelope, welcomed, welcome } = commit;
  const fact = { messageId, by, group, tagHash, envelope: bytesOf(envelope), welcomed };
  return welcome === undefined ? fact : { ...fact, welcome: bytesOf(welcome) };
};

const groupRoom = ({ group, peers, keyPackages }: RoomView): GroupRoomView => ({
  group,
  peers: new Map(peers.map(({ peerId, connected }) => [peerId, connected])),
  keyPackages: keyPackages.map(keyPackageFact),
});

/** The record as it is now; commits that led to it are not told again. */
export const recordEvent = (room: RoomView): SessionEvent => ({
  type: 'record',
  room: groupRoom(room),
  commits: [],
});

/** Null for what is no matter of keys. */
export const sessionEvent = (event: RecordEvent): SessionEvent | null => {
  switch (event.event) {
    case 'peer-joined':
      return { type: 'peer-connected', peerId: event.data.peer.peerId };
    case 'peer-resumed':
      return { type: 'peer-connected', peerId: event.data.peerId };
    case 'peer-disconnected':
      return { type: 'peer-disconnected', peerId: event.data.peerId };
    case 'peer-left':
      return { type: 'peer-left', peerId: event.data.peerId, kicked: false };
    case 'group-created':
      return { type: 'group-created', group: event.data.group, by: event.data.by };
    case 'key-package':
      return { type: 'key-package', keyPackage: keyPackageFact(event.data.keyPackage) };
    case 'commit':
      return { type: 'commit', commit: commitFact(event.data.commit) };
    case 'commit-condemned': {
      const { messageId, author } = event.data;
      return { type: 'commit-condemned', messageId, author };
    }
    case 'commit-reported':
    case 'stream-changed':
    case 'direct-changed':
    case 'mode-changed':
    case 'room-placed':
    case 'media-lost':
    case 'peer-arrived':
      return null;
  }
};

export type GroupMethod =
  'create-group' | 'key-package' | 'commit' | 'epoch-ready' | 'bad-commit' | 'read-room';

export type GroupRequest = {
  readonly [M in GroupMethod]: { readonly method: M; readonly data: RequestData<M> };
}[GroupMethod];

/** Throws where our own side has made what the protocol does not take. */
export const groupRequest = (message: ServerBound): GroupRequest => {
  switch (message.type) {
    case 'send-create': {
      const { group, prev, tag } = message;
      const data = {
        group: GroupPoint.parse(group),
        prev: prev === null ? null : GroupPoint.parse(prev),
        tag,
      };
      return { method: 'create-group', data };
    }
    case 'send-key-package':
      return {
        method: 'key-package',
        data: {
          messageId: MessageId.parse(message.messageId),
          envelope: toBase64url(message.envelope),
        },
      };
    case 'send-commit': {
      const { messageId, group, tagHash, envelope, welcomes } = message.message;
      const data = {
        messageId: MessageId.parse(messageId),
        group: GroupPoint.parse(group),
        tagHash,
        envelope: toBase64url(envelope),
        welcomes: welcomes.map((welcome) => ({
          to: PeerId.parse(welcome.to),
          envelope: toBase64url(welcome.envelope),
        })),
      };
      return { method: 'commit', data };
    }
    case 'send-ready':
      return {
        method: 'epoch-ready',
        data: { group: GroupPoint.parse(message.group), tag: message.tag },
      };
    case 'send-bad-commit':
      return { method: 'bad-commit', data: { messageId: MessageId.parse(message.messageId) } };
    case 'ask-record':
      return { method: 'read-room', data: {} };
  }
};

/** What the session hears of a refusal; null where it waits for nothing. */
export const refusalEvent = (message: ServerBound, error: unknown): SessionEvent | null => {
  const messageId = refusable(message);
  return messageId === null ? null : { type: 'refused', messageId, code: refusalCode(error) };
};

const refusable = (message: ServerBound): string | null => {
  switch (message.type) {
    case 'send-create':
      return message.group.groupId;
    case 'send-commit':
      return message.message.messageId;
    case 'send-key-package':
      return message.messageId;
    case 'send-ready':
    case 'send-bad-commit':
    case 'ask-record':
      return null;
  }
};

/** Any other says that there was no answer, or none that means anything here: perhaps it was done. */
const REFUSALS: ReadonlyMap<string | null, RefusalCode> = new Map([
  ['stale-epoch', 'stale'],
  ['forbidden', 'denied'],
  ['rate-limited', 'rate'],
  ['busy', 'rate'],
  ['draining', 'rate'],
  ['internal', 'rate'],
]);

const refusalCode = (error: unknown): RefusalCode => REFUSALS.get(codeOf(error)) ?? 'lost';
