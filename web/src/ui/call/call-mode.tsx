// Top start, beside the shield: whether the call goes straight to the other one or through the server,
// with its words on hover, focus or tap. Its place is there before it is known: nothing moves.
import type { CallPath, CallState } from '../../call/call-state.ts';
import type { IconName } from '../icon-names.ts';
import { Icon } from '../icon.tsx';
import { useSettings } from '../use-settings.ts';
import { callModeWords } from '../words-network.ts';

const icons = { p2p: 'arrow-left-right', sfu: 'server' } as const satisfies Record<
  CallPath['path'],
  IconName
>;

export const CallMode = ({ state }: { readonly state: CallState }) => {
  const { hideAddress } = useSettings().current.value;
  const callPath = state.callPath.value;
  if (callPath === null) return <span class="corner-place" />;
  const what = callModeWords(callPath, hideAddress);
  return (
    // The tab index lets Safari focus it on a tap.
    <button
      type="button"
      class="corner-mark"
      tabIndex={0}
      data-testid="call-mode"
      data-mode={callPath.path}
      data-tip={what}
      aria-label={what}
    >
      <Icon name={icons[callPath.path]} small />
    </button>
  );
};
