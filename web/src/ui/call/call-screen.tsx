// The call: the people, and around them, receding, everything else.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import { canShareScreen } from '../browser.ts';
import { copyText } from '../copy.ts';
import { toggleCamera, toggleMicrophone } from '../devices/media-toggles.tsx';
import { handOff } from '../hand-off.ts';
import { PeoplePanel } from '../panels/people-panel.tsx';
import { SettingsPanel } from '../panels/settings-panel.tsx';
import { createToasts, ToastList } from '../toasts.tsx';
import { useInvite } from '../use-link.ts';
import { useShortcuts } from '../use-shortcuts.ts';
import { words } from '../words.ts';
import { Announcer } from './announcer.tsx';
import { Connection } from './connection.tsx';
import { ControlBar } from './control-bar.tsx';
import { Elapsed } from './elapsed.tsx';
import { FirstOne } from './first-one.tsx';
import { KeyboardHelp } from './keyboard-help.tsx';
import { Stage } from './stage.tsx';
import { useIdle } from './use-idle.ts';
import { useMenuItems } from './use-menu-items.ts';
import { useMutedHint } from './use-muted-hint.ts';
import { usePinning } from './use-pinning.ts';
import { usePushToTalk } from './use-push-to-talk.ts';
import { useWakeLock } from './use-wake-lock.ts';

type PanelName = 'none' | 'people' | 'settings';

const useNotices = (call: Call) => {
  const [toasts] = useState(createToasts);
  useSignalEffect(() => {
    const notice = call.state.notice.value;
    if (notice) toasts.show(words.notices[notice]);
  });
  useEffect(() => () => toasts.close(), [toasts]);
  return toasts;
};

export const CallScreen = ({ call }: { readonly call: Call }) => {
  const { state } = call;
  const panel = useSignal<PanelName>('none');
  const help = useSignal(false);
  const toasts = useNotices(call);
  const invite = useInvite();
  const pinning = usePinning(state);
  const bar = useRef<HTMLDivElement>(null);
  const alone = state.peers.value.length === 0;
  const idle = useIdle(bar, !alone && state.connection.value === 'connected');

  const togglePanel = (name: PanelName) => (panel.value = panel.value === name ? 'none' : name);
  const closePanel = () => (panel.value = 'none');
  const copyLink = async () => {
    const copied = await copyText(invite);
    toasts.show(copied ? words.call.linkCopied : words.call.linkNotCopied);
  };

  useShortcuts({
    m: () => toggleMicrophone(call),
    v: () => toggleCamera(call),
    s: () => canShareScreen() && handOff(call.setScreen(!state.screenOn.value)),
    p: () => togglePanel('people'),
    '?': () => (help.value = true),
  });
  usePushToTalk(call);
  useMutedHint(call, toasts);
  useWakeLock();
  const menuItems = useMenuItems({
    onSettings: () => togglePanel('settings'),
    onCopyLink: () => handOff(copyLink()),
    onKeyboard: () => (help.value = true),
  });

  return (
    <main class="call" data-idle={idle ? 'true' : undefined}>
      <h1 class="sr-only">{words.call.title}</h1>
      <div class="call-main">
        {/* First, so that Tab comes to the controls before twenty-five tiles. */}
        <ControlBar
          call={call}
          bar={bar}
          peopleOpen={panel.value === 'people'}
          onPeople={() => togglePanel('people')}
          onCopyLink={() => handOff(copyLink())}
          menuItems={menuItems}
        />
        {alone && !state.screenOn.value && <FirstOne />}
        <Elapsed since={state.joinedAt} />
        <Connection state={state} />
        <ToastList toasts={toasts} />
        <Stage call={call} pinning={pinning} beside={panel.value} />
      </div>
      {panel.value === 'people' && (
        <PeoplePanel call={call} pinning={pinning} onClose={closePanel} />
      )}
      {panel.value === 'settings' && <SettingsPanel call={call} onClose={closePanel} />}
      <KeyboardHelp open={help} />
      <Announcer state={state} />
    </main>
  );
};
