// Each stream that flows now, one's own first, then person by person.
import type { PeerId } from '@sotto/signaling/protocol';
import type { StreamDetails } from '../../call/stats/call-details.ts';
import { bitrate, milliseconds, share } from '../figures.ts';
import { detailsWords } from '../words-details.ts';
import { Figure } from './figure.tsx';

const keyOf = ({ direction, source, path }: StreamDetails): string =>
  `${direction} ${source} ${path}`;

interface RowProps {
  readonly stream: StreamDetails;
  readonly isMixed: boolean;
}

const Row = ({ stream, isMixed }: RowProps) => (
  <tr data-testid="details-stream" data-direction={stream.direction} data-source={stream.source}>
    <th scope="row">
      {detailsWords.sources[stream.source]}
      <small>
        <bdi>{detailsWords.streamKind(stream, isMixed)}</bdi>
      </small>
    </th>
    <td>
      <Figure value={stream.bitrateBps} wordsOf={bitrate} />
    </td>
    <td>
      <Figure value={stream.lossRatio} wordsOf={share} />
    </td>
    <td>
      <Figure value={stream.jitterMs} wordsOf={milliseconds} />
    </td>
  </tr>
);

interface StreamTableProps {
  readonly streams: readonly StreamDetails[];
  readonly nameOf: (peerId: PeerId) => string;
}

export const StreamTable = ({ streams, nameOf }: StreamTableProps) => {
  const isMixed = new Set(streams.map(({ path }) => path)).size > 1;
  const groups = Map.groupBy(streams, ({ peerId }) => peerId);
  const own = groups.get(null);
  groups.delete(null);
  const ordered = [...(own ? [[null, own] as const] : []), ...groups];
  return (
    <table class="figures">
      <caption>{detailsWords.streams}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{detailsWords.bitrate}</th>
          <th scope="col">{detailsWords.loss}</th>
          <th scope="col">{detailsWords.jitter}</th>
        </tr>
      </thead>
      {ordered.map(([peerId, ofOne]) => (
        <tbody key={peerId ?? ''}>
          <tr>
            <th scope="rowgroup" colSpan={4}>
              <bdi>
                {peerId === null ? detailsWords.sent : detailsWords.receivedFrom(nameOf(peerId))}
              </bdi>
            </th>
          </tr>
          {ofOne.map((stream) => (
            <Row key={keyOf(stream)} stream={stream} isMixed={isMixed} />
          ))}
        </tbody>
      ))}
    </table>
  );
};
