// The status line: whether the server is heard, and whether one has keys. Always there for tests and
// readers; seen only while something is not well, and then the first cause alone.
import type { CallState } from '../../call/call-state.ts';
import { Icon } from '../icon.tsx';
import { keyTroubleWords } from '../words-encryption.ts';
import { words } from '../words.ts';

export const Connection = ({ state }: { readonly state: CallState }) => {
  const connection = state.connection.value;
  const trouble = state.keyTrouble.value;
  return (
    <p
      class="connection"
      role="status"
      data-testid="connection"
      data-state={connection}
      data-key-trouble={trouble ?? undefined}
    >
      {connection === 'reconnecting' ? (
        <>
          <Icon name="wifi-off" small />
          {words.call.reconnecting}
        </>
      ) : (
        trouble && (
          <>
            <Icon name="shield-alert" small />
            <span>{keyTroubleWords[trouble]}</span>
          </>
        )
      )}
    </p>
  );
};
