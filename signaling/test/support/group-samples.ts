// What pages say about a group's keys, as the server sees it: names, and bytes that mean nothing.
import { createHash, randomBytes } from 'node:crypto';
import { GroupId, type GroupPoint, MessageId, type PeerId } from '../../src/protocol/index.ts';

export const anyGroupId = (generation: number): GroupId => {
  const bytes = randomBytes(16);
  bytes.writeUInt32BE(generation);
  return GroupId.parse(bytes.toString('base64url'));
};

export const anyPoint = (generation: number, epoch = 0): GroupPoint => ({
  groupId: anyGroupId(generation),
  epoch,
});

export const anyMessageId = (): MessageId => MessageId.parse(randomBytes(12).toString('base64url'));
export const anyTag = (): string => randomBytes(8).toString('base64url');
/** By itself, so that the tests do not take the server's word for it. */
export const hashOf = (tag: string): string =>
  createHash('sha256')
    .update(Buffer.from(tag, 'base64url'))
    .digest()
    .subarray(0, 8)
    .toString('base64url');
export const anyEnvelope = (bytes = 60): string => randomBytes(bytes).toString('base64url');

export const anyKeyPackage = () => ({ messageId: anyMessageId(), envelope: anyEnvelope(400) });

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The same bytes to a lenient decoder, with a bit set beyond the last; not for whole triples of bytes. */
export const respelled = (text: string): string =>
  `${text.slice(0, -1)}${ALPHABET.charAt(ALPHABET.indexOf(text.slice(-1)) + 1)}`;

/** `tag`: of the epoch that it begins; the commit has the hash of it. */
export const anyCommit = (
  group: GroupPoint,
  welcomed: readonly PeerId[] = [],
  tag: string = anyTag(),
) => ({
  messageId: anyMessageId(),
  group,
  tagHash: hashOf(tag),
  envelope: anyEnvelope(),
  welcomes: welcomed.map((to) => ({ to, envelope: anyEnvelope() })),
});

export const pointAfter = ({ groupId, epoch }: GroupPoint, epochs = 1): GroupPoint => ({
  groupId,
  epoch: epoch + epochs,
});
