// What stands in the menu behind “More”, as far as this device has it.
import type { Call } from '../../call/call-state.ts';
import { isTouchFirst } from '../browser.ts';
import { handOff } from '../hand-off.ts';
import { useSettings } from '../use-settings.ts';
import { handWords } from '../words-chat.ts';
import { detailsWords } from '../words-details.ts';
import { audioOnlyWords } from '../words-network.ts';
import { words } from '../words.ts';
import type { MenuItem } from './more-menu.tsx';
import { useFullScreen } from './use-full-screen.ts';

interface MenuActions {
  readonly call: Call;
  /** The hand has no room in the bar. */
  readonly isShort: boolean;
  readonly onSettings: () => void;
  readonly onDetails: () => void;
  readonly onCopyLink: () => void;
  readonly onKeyboard: () => void;
}

export const useMenuItems = (actions: MenuActions): readonly MenuItem[] => {
  const fullScreen = useFullScreen();
  const { current, change } = useSettings();
  const { audioOnly } = current.value;
  const handRaised = actions.call.state.handRaised.value;
  const hand: MenuItem = {
    icon: 'hand',
    label: handRaised ? handWords.lower : handWords.raise,
    testId: 'toggle-hand',
    shortcut: 'H',
    pressed: handRaised,
    onChoose: () => handOff(actions.call.setHand(!handRaised)),
  };
  const soundAlone: MenuItem = {
    icon: audioOnly ? 'video' : 'headphones',
    label: audioOnly ? audioOnlyWords.off : audioOnlyWords.on,
    testId: 'menu-audio-only',
    onChoose: () => change({ audioOnly: !audioOnly }),
  };
  const settings: MenuItem = {
    icon: 'settings',
    label: words.more.settings,
    testId: 'settings',
    onChoose: actions.onSettings,
  };
  const details: MenuItem = {
    icon: 'activity',
    label: detailsWords.title,
    testId: 'details-open',
    onChoose: actions.onDetails,
  };
  const copyLink: MenuItem = {
    icon: 'link',
    label: words.call.copyLink,
    testId: 'menu-copy-link',
    onChoose: actions.onCopyLink,
  };
  const screen: MenuItem = {
    icon: fullScreen.full.value ? 'minimize' : 'maximize',
    label: fullScreen.full.value ? words.more.leaveFullScreen : words.more.fullScreen,
    testId: 'full-screen',
    onChoose: fullScreen.toggle,
  };
  const keyboard: MenuItem = {
    icon: 'keyboard',
    label: words.more.keyboard,
    testId: 'keyboard',
    shortcut: '?',
    onChoose: actions.onKeyboard,
  };
  return [
    ...(actions.isShort ? [hand] : []),
    soundAlone,
    settings,
    details,
    copyLink,
    ...(fullScreen.possible ? [screen] : []),
    ...(isTouchFirst() ? [] : [keyboard]),
  ];
};
