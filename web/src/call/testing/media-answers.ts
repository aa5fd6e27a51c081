// What the server answers to a page that asks for media in a room of a test, and what that changes in it.
import {
  type ProducerId,
  type RequestEnvelope,
  Requests,
  type Stream,
  STREAM_SOURCES,
  type StreamSource,
} from '@sotto/signaling/protocol';
import * as fake from 'mediasoup-client/fakeParameters';
import { peerId } from '../../signaling/testing/room-samples.ts';
import type { Room } from '../room-state.ts';

interface Answer {
  readonly answer: unknown;
  /** A stream of the page's own, as the record has it from now on. */
  readonly changed: { readonly source: StreamSource; readonly stream: Stream } | null;
}

/** As the server describes it; none of what the record does not name. */
const consumerOf = ({ peers }: Room, producerId: ProducerId): readonly unknown[] =>
  peers.flatMap(({ peerId, streams }) =>
    STREAM_SOURCES.filter((source) => streams[source].producerId === producerId).map((source) => {
      const isSound = source === 'mic' || source === 'screenAudio';
      const codecMimeType = isSound ? 'audio/opus' : 'video/VP8';
      const { kind, rtpParameters } = fake.generateConsumerRemoteParameters({ codecMimeType });
      return { consumerId: `of ${producerId}`, producerId, peerId, source, kind, rtpParameters };
    }),
  );

const ownStream = ({ peers }: Room, source: StreamSource): Stream =>
  peers.find((one) => one.peerId === peerId('me'))?.streams[source] ?? { on: false };

/** `next`: names a new producer. */
export const answerTo = (
  { method, data }: RequestEnvelope,
  room: Room,
  next: () => ProducerId,
): Answer => {
  switch (method) {
    case 'open-transport':
      return { answer: fake.generateTransportRemoteParameters(), changed: null };
    case 'produce': {
      const { source, on } = Requests.produce.data.parse(data);
      const producerId = next();
      return { answer: { producerId }, changed: { source, stream: { on, producerId } } };
    }
    case 'consume': {
      const { producerIds } = Requests.consume.data.parse(data);
      const consumers = producerIds.flatMap((id) => consumerOf(room, id));
      return { answer: { consumers }, changed: null };
    }
    case 'set-stream': {
      const { source, on } = Requests['set-stream'].data.parse(data);
      return { answer: {}, changed: { source, stream: { ...ownStream(room, source), on } } };
    }
    case 'close-stream': {
      const { source } = Requests['close-stream'].data.parse(data);
      return { answer: {}, changed: { source, stream: { on: false } } };
    }
    default:
      return { answer: {}, changed: null };
  }
};
