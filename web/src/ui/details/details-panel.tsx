// What is measured of the call, for who wonders or reports a fault: measured only while it is open.
import type { PeerId } from '@sotto/signaling/protocol';
import { useEffect } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import type { CallDetails } from '../../call/stats/call-details.ts';
import { detailsText } from '../../call/stats/details-text.ts';
import { wholeNumber } from '../figures.ts';
import { Icon } from '../icon.tsx';
import { Panel } from '../panels/panel.tsx';
import { useCopy } from '../use-copy.ts';
import { useSettings } from '../use-settings.ts';
import { detailsWords } from '../words-details.ts';
import { callModeWords } from '../words-network.ts';
import { ConnectionTable } from './connection-table.tsx';
import { StreamTable } from './stream-table.tsx';

interface MeasuredProps {
  readonly details: CallDetails;
  readonly nameOf: (peerId: PeerId) => string;
}

const Measured = ({ details, nameOf }: MeasuredProps) => {
  const { mode, reason, epoch, connections, streams } = details;
  const { hideAddress } = useSettings().current.value;
  const { copied, onCopy } = useCopy(detailsText(details));
  return (
    <>
      <p>{callModeWords({ path: mode, reason }, hideAddress)}</p>
      <p class="details-epoch">
        <span>{detailsWords.epoch}</span>
        <span data-testid="details-epoch">
          {epoch === null ? detailsWords.noEpoch : wholeNumber(epoch)}
        </span>
      </p>
      <div class="details-copy">
        <button type="button" class="button" data-testid="details-copy" onClick={onCopy}>
          <Icon name={copied.value ? 'check' : 'copy'} />
          <span role="status">{copied.value ? detailsWords.copied : detailsWords.copy}</span>
        </button>
        <p class="row-meaning">{detailsWords.copyMeaning}</p>
      </div>
      <ConnectionTable connections={connections} />
      <StreamTable streams={streams} nameOf={nameOf} />
    </>
  );
};

interface DetailsPanelProps {
  readonly call: Call;
  readonly onClose: () => void;
}

export const DetailsPanel = ({ call, onClose }: DetailsPanelProps) => {
  useEffect(() => call.watchDetails(), [call]);
  const details = call.state.details.value;
  const peers = call.state.peers.value;
  const nameOf = (peerId: PeerId): string =>
    peers.find((peer) => peer.peerId === peerId)?.displayName ?? detailsWords.somebody;
  return (
    <Panel title={detailsWords.title} testId="details" onClose={onClose}>
      {details === null ? (
        <p class="details-none">{detailsWords.measuring}</p>
      ) : (
        <Measured details={details} nameOf={nameOf} />
      )}
    </Panel>
  );
};
