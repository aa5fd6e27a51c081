// The status line: whether the server is heard, whether one has keys, and how the network does. Always
// there for tests and readers; seen only while something is not well, and then the worst alone.
import type { CallState } from '../../call/call-state.ts';
import { Icon } from '../icon.tsx';
import { QualityBars } from './quality-bars.tsx';
import { worstTrouble } from './trouble.ts';

export const Connection = ({ state }: { readonly state: CallState }) => {
  const connection = state.connection.value;
  const keyTrouble = state.keyTrouble.value;
  const networkTrouble = state.networkTrouble.value;
  const trouble = worstTrouble({ connection, keyTrouble, networkTrouble });
  return (
    <p
      class="connection"
      role="status"
      data-testid="connection"
      data-state={connection}
      data-key-trouble={keyTrouble ?? undefined}
      data-network-trouble={networkTrouble ?? undefined}
    >
      {trouble && (
        <>
          {trouble.sign === 'bars' ? (
            <QualityBars quality="fair" />
          ) : (
            <Icon name={trouble.sign} small />
          )}
          <span>{trouble.what}</span>
        </>
      )}
    </p>
  );
};
