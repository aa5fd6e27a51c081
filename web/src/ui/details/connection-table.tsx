// Each connection that there is now: its state, how it goes through the network, and how long that takes.
import type { ConnectionDetails } from '../../call/stats/call-details.ts';
import { bitrate, milliseconds } from '../figures.ts';
import { detailsWords } from '../words-details.ts';
import { Figure } from './figure.tsx';

const Row = ({ connection }: { readonly connection: ConnectionDetails }) => (
  <tr data-testid="details-connection" data-path={connection.path} data-state={connection.state}>
    <th scope="row">
      {detailsWords.connection(connection)}
      <small>{detailsWords.states[connection.state]}</small>
    </th>
    <td>
      <Figure value={connection.protocol} wordsOf={(protocol) => protocol} />
      {connection.candidates !== null && (
        <small>
          <bdi>{connection.candidates}</bdi>
        </small>
      )}
    </td>
    <td>
      <Figure value={connection.roundTripMs} wordsOf={milliseconds} />
    </td>
    <td>
      <Figure value={connection.availableOutgoingBps} wordsOf={bitrate} />
    </td>
  </tr>
);

interface ConnectionTableProps {
  readonly connections: readonly ConnectionDetails[];
}

export const ConnectionTable = ({ connections }: ConnectionTableProps) => (
  <table class="figures">
    <caption>{detailsWords.connections}</caption>
    <thead>
      <tr>
        <td />
        <th scope="col">{detailsWords.way}</th>
        <th scope="col">{detailsWords.roundTrip}</th>
        <th scope="col">{detailsWords.room}</th>
      </tr>
    </thead>
    <tbody>
      {connections.map((connection) => (
        <Row key={`${connection.path} ${connection.direction}`} connection={connection} />
      ))}
    </tbody>
  </table>
);
