// Bottom: one pill with what one needs in a meeting, and apart from it the way out.
import type { RefObject } from 'preact';
import type { Call } from '../../call/call-state.ts';
import { canShareScreen } from '../browser.ts';
import { CameraToggle, MicrophoneToggle } from '../devices/media-toggles.tsx';
import { handOff } from '../hand-off.ts';
import { Icon } from '../icon.tsx';
import { ToggleButton } from '../toggle-button.tsx';
import { chatWords, handWords } from '../words-chat.ts';
import { words } from '../words.ts';
import { type MenuItem, MoreMenu } from './more-menu.tsx';
import { ReactionRow, ReactionsMenu } from './reactions.tsx';
import type { PanelName } from './use-panels.ts';

interface ControlBarProps {
  readonly call: Call;
  readonly bar: RefObject<HTMLDivElement | null>;
  /** Hand and reactions are in the menu then. */
  readonly isShort: boolean;
  readonly open: PanelName;
  readonly onPanel: (name: PanelName) => void;
  readonly unread: number;
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

export const toggleHand = (call: Call): void => handOff(call.setHand(!call.state.handRaised.value));

const HandToggle = ({ call }: { readonly call: Call }) => {
  const on = call.state.handRaised.value;
  return (
    <ToggleButton
      icon="hand"
      label={handWords.hand}
      tip={on ? handWords.lower : handWords.raise}
      shortcut="H"
      pressed={on}
      standsOut="on"
      testId="toggle-hand"
      onToggle={() => toggleHand(call)}
    />
  );
};

export const ControlBar = (props: ControlBarProps) => {
  const { call, bar, isShort, open, onPanel, unread, menuItems } = props;
  const reactions = (close: () => void) => <ReactionRow call={call} onDone={close} />;
  return (
    <div ref={bar} class="bar" role="group" aria-label={words.call.controls}>
      <div class="bar-pill">
        <MicrophoneToggle call={call} />
        <CameraToggle call={call} />
        <ScreenToggle call={call} />
        {!isShort && <HandToggle call={call} />}
        {!isShort && <ReactionsMenu call={call} />}
        <ToggleButton
          icon="message-circle"
          label={unread > 0 ? chatWords.unread(unread) : chatWords.title}
          tip={chatWords.title}
          shortcut="C"
          pressed={open === 'chat'}
          standsOut="on"
          badge={unread}
          testId="toggle-chat"
          onToggle={() => onPanel('chat')}
        />
        <ToggleButton
          icon="users"
          label={words.call.people}
          tip={words.call.people}
          shortcut="P"
          pressed={open === 'people'}
          standsOut="on"
          testId="toggle-people"
          onToggle={() => onPanel('people')}
        />
        <MoreMenu items={menuItems} first={isShort ? reactions : null} />
      </div>
      <button type="button" class="leave" data-testid="leave" onClick={() => call.leave()}>
        <Icon name="phone-off" />
        <span>{words.call.leave}</span>
      </button>
    </div>
  );
};
