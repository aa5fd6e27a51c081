// Top start: whether one is encrypted, quiet while all is well. Opens the safety code in the browser's
// own popover: Escape or a click elsewhere closes it, and focus goes back.
import { useSignal } from '@preact/signals';
import type { Call } from '../../call/call-state.ts';
import { Icon } from '../icon.tsx';
import { shieldWords } from '../words-encryption.ts';
import { words } from '../words.ts';
import { SafetyCode } from './safety-code.tsx';
import { shieldIcon, shieldState } from './shield-state.ts';

const CARD_ID = 'shield-card';

export const Shield = ({ call }: { readonly call: Call }) => {
  const isOpen = useSignal(false);
  const group = call.state.group.value;
  const state = shieldState(group, call.state.keyTrouble.value);
  const newcomers = group?.newcomers.length ?? 0;
  return (
    <>
      <button
        type="button"
        class="shield"
        data-testid="shield"
        data-state={state}
        aria-label={shieldWords.label(state, newcomers)}
        popovertarget={CARD_ID}
      >
        <Icon name={shieldIcon(state)} small />
      </button>
      <div
        id={CARD_ID}
        class="shield-card"
        popover="auto"
        role="dialog"
        aria-labelledby="shield-title"
        data-testid="shield-card"
        onToggle={(event) => {
          isOpen.value = event.newState === 'open';
        }}
      >
        <header class="panel-head">
          <h2 id="shield-title" tabIndex={-1} autofocus>
            {group === null ? shieldWords.title.none : shieldWords.title.encrypted}
          </h2>
          <button
            type="button"
            class="tool"
            aria-label={words.panels.close}
            popovertarget={CARD_ID}
            popovertargetaction="hide"
          >
            <Icon name="x" />
          </button>
        </header>
        <div class="shield-body">
          {group === null ? (
            <p>{shieldWords.noKeys}</p>
          ) : (
            <SafetyCode call={call} group={group} isOpen={isOpen.value} />
          )}
        </div>
      </div>
    </>
  );
};
