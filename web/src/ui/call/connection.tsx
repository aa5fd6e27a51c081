// Whether the server is heard. Always there for tests and readers; seen only while it is not.
import type { CallState } from '../../call/call-state.ts';
import { Icon } from '../icon.tsx';
import { words } from '../words.ts';

export const Connection = ({ state }: { readonly state: CallState }) => {
  const connection = state.connection.value;
  return (
    <p class="connection" role="status" data-testid="connection" data-state={connection}>
      {connection === 'reconnecting' && (
        <>
          <Icon name="wifi-off" small />
          {words.call.reconnecting}
        </>
      )}
    </p>
  );
};
