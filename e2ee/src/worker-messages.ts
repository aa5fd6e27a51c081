// Everything that is said to and by the frame worker, parsed at its edge. Three lanes: the page
// attaches pipelines; the group hands over keys through a port of its own, so that they never pass
// the page's thread; the worker tells what became of them.
import { CODEC_NUMBERS, type FrameCodec } from './clear-prefix.ts';
import type { EncodedFrame, FrameState, PipelineCounts } from './frame-pipelines.ts';
import { type FrameStream, STREAM_NUMBERS } from './frame-kid.ts';
import type { OpenTarget } from './frame-opener.ts';
import type { SealTarget } from './frame-sealer.ts';
import type { GroupPoint } from './group-id.ts';
import type { EpochKeys } from './live-epoch.ts';
import type { WebMessagePort } from './web-types.ts';
import { isIndex, isRecord, parsePoint } from './worker-parsing.ts';

/** Names one transform; picked by the page. */
export type PipelineId = number;

export type Attachment =
  | ({ readonly role: 'seal'; readonly pipeline: PipelineId } & SealTarget)
  | ({ readonly role: 'open'; readonly pipeline: PipelineId } & OpenTarget);

/** Both streams of one sender or receiver. */
export interface EncodedStreams {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
}

export type PageMessage =
  | ({ readonly type: 'attach'; readonly attachment: Attachment } & EncodedStreams)
  | { readonly type: 'detach'; readonly pipeline: PipelineId }
  | { readonly type: 'connect-keys'; readonly port: WebMessagePort }
  | { readonly type: 'count'; readonly request: number }
  /** Forgets all keys, for ever. */
  | { readonly type: 'wipe' };

export type KeyMessage =
  | { readonly type: 'install'; readonly keys: EpochKeys }
  | { readonly type: 'send-in'; readonly point: GroupPoint }
  | { readonly type: 'wipe' };

/** To whoever holds the keys' port. */
export type KeyAnswer =
  | ({ readonly type: 'installed' } & GroupPoint)
  /** A key has sealed so much that the group should begin a new epoch. */
  | ({ readonly type: 'rotation-due' } & GroupPoint);

export type PipelineReport = PipelineCounts & { readonly pipeline: PipelineId };

/** To the page. */
export type WorkerMessage =
  | { readonly type: 'attached'; readonly pipeline: PipelineId }
  | { readonly type: 'ended'; readonly pipeline: PipelineId }
  | { readonly type: 'frame-state'; readonly pipeline: PipelineId; readonly state: FrameState }
  | { readonly type: 'key-frame-needed'; readonly pipeline: PipelineId }
  | {
      readonly type: 'counts';
      readonly request: number;
      readonly pipelines: readonly PipelineReport[];
    };

const isStream = (value: unknown): value is FrameStream =>
  typeof value === 'string' && Object.hasOwn(STREAM_NUMBERS, value);

const isCodec = (value: unknown): value is FrameCodec =>
  typeof value === 'string' && Object.hasOwn(CODEC_NUMBERS, value);

/** Undefined for what is no attachment; then no frame passes. */
export const parseAttachment = (value: unknown): Attachment | undefined => {
  if (!isRecord(value)) return undefined;
  const { role, pipeline, stream, codec, peerId } = value;
  if (!isIndex(pipeline) || !isStream(stream) || !isCodec(codec)) return undefined;
  if (role === 'seal') return { role, pipeline, stream, codec };
  if (role !== 'open' || typeof peerId !== 'string') return undefined;
  return { role, pipeline, stream, codec, peerId };
};

export const parsePageMessage = (value: unknown): PageMessage | undefined => {
  if (!isRecord(value)) return undefined;
  const { type, pipeline, port, request, readable, writable } = value;
  switch (type) {
    case 'attach': {
      const attachment = parseAttachment(value['attachment']);
      if (attachment === undefined) return undefined;
      if (!(readable instanceof ReadableStream) || !(writable instanceof WritableStream)) {
        return undefined;
      }
      return { type, attachment, readable, writable };
    }
    case 'detach':
      return isIndex(pipeline) ? { type, pipeline } : undefined;
    case 'connect-keys':
      return port instanceof MessagePort ? { type, port } : undefined;
    case 'count':
      return isIndex(request) ? { type, request } : undefined;
    case 'wipe':
      return { type };
    default:
      return undefined;
  }
};

const isLeaves = (value: unknown): value is ReadonlyMap<string, number> =>
  value instanceof Map &&
  [...value].every(([peerId, leaf]) => typeof peerId === 'string' && isIndex(leaf));

const parseEpochKeys = (value: unknown): EpochKeys | undefined => {
  const point = parsePoint(value);
  if (point === undefined || !isRecord(value)) return undefined;
  const { baseKey, ownLeaf, leaves, canSend } = value;
  if (!(baseKey instanceof CryptoKey) || baseKey.extractable) return undefined;
  if (!isIndex(ownLeaf) || !isLeaves(leaves) || typeof canSend !== 'boolean') return undefined;
  return { ...point, baseKey, ownLeaf, leaves, canSend };
};

export const parseKeyMessage = (value: unknown): KeyMessage | undefined => {
  if (!isRecord(value)) return undefined;
  const { type } = value;
  switch (type) {
    case 'install': {
      const keys = parseEpochKeys(value['keys']);
      return keys && { type, keys };
    }
    case 'send-in': {
      const point = parsePoint(value['point']);
      return point && { type, point };
    }
    case 'wipe':
      return { type };
    default:
      return undefined;
  }
};

export const parseKeyAnswer = (value: unknown): KeyAnswer | undefined => {
  const point = parsePoint(value);
  if (point === undefined || !isRecord(value)) return undefined;
  const { type } = value;
  return type === 'installed' || type === 'rotation-due' ? { type, ...point } : undefined;
};
