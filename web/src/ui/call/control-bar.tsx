// Bottom: one pill with what one needs in a meeting, and apart from it the way out.
import type { RefObject } from 'preact';
import type { Call } from '../../call/call-state.ts';
import { canShareScreen } from '../browser.ts';
import { CameraToggle, MicrophoneToggle } from '../devices/media-toggles.tsx';
import { handOff } from '../hand-off.ts';
import { Icon } from '../icon.tsx';
import { ToggleButton } from '../toggle-button.tsx';
import { words } from '../words.ts';
import { type MenuItem, MoreMenu } from './more-menu.tsx';

interface ControlBarProps {
  readonly call: Call;
  readonly bar: RefObject<HTMLDivElement | null>;
  readonly peopleOpen: boolean;
  readonly onPeople: () => void;
  readonly onCopyLink: () => void;
  readonly menuItems: readonly MenuItem[];
}

const ScreenToggle = ({ call }: { readonly call: Call }) => {
  if (!canShareScreen()) return null;
  const on = call.state.screenOn.value;
  return (
    <ToggleButton
      icon={on ? 'monitor-x' : 'monitor-up'}
      label={words.call.share}
      tip={on ? words.tips.stopSharing : words.tips.share}
      shortcut="S"
      pressed={on}
      standsOut="on"
      testId="toggle-screen"
      onToggle={() => handOff(call.setScreen(!on))}
    />
  );
};

export const ControlBar = (props: ControlBarProps) => {
  const { call, bar, peopleOpen, onPeople, onCopyLink, menuItems } = props;
  return (
    <div ref={bar} class="bar" role="group" aria-label={words.call.controls}>
      <div class="bar-pill">
        <MicrophoneToggle call={call} />
        <CameraToggle call={call} />
        <ScreenToggle call={call} />
        <ToggleButton
          icon="users"
          label={words.call.people}
          tip={words.call.people}
          shortcut="P"
          pressed={peopleOpen}
          standsOut="on"
          testId="toggle-people"
          onToggle={onPeople}
        />
        <button
          type="button"
          class="tool bar-link"
          data-testid="copy-link"
          data-tip={words.call.copyLink}
          aria-label={words.call.copyLink}
          onClick={onCopyLink}
        >
          <Icon name="link" />
        </button>
        <MoreMenu items={menuItems} />
      </div>
      <button type="button" class="leave" data-testid="leave" onClick={() => call.leave()}>
        <Icon name="phone-off" />
        <span>{words.call.leave}</span>
      </button>
    </div>
  );
};
