// The call: the people, and around them, receding, everything else.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import { canShareScreen } from '../browser.ts';
import { ChatPanel } from '../chat/chat-panel.tsx';
import { useChat } from '../chat/use-chat.ts';
import { copyText } from '../copy.ts';
import { toggleCamera, toggleMicrophone } from '../devices/media-toggles.tsx';
import { handOff } from '../hand-off.ts';
import type { Size } from '../layout.ts';
import { DetailsPanel } from '../details/details-panel.tsx';
import { PeoplePanel } from '../panels/people-panel.tsx';
import { SettingsPanel } from '../panels/settings-panel.tsx';
import { Shield } from '../shield/shield.tsx';
import { createToasts, ToastList } from '../toasts.tsx';
import { useInvite } from '../use-link.ts';
import { useShortcuts } from '../use-shortcuts.ts';
import { useSize } from '../use-size.ts';
import { words } from '../words.ts';
import { Announcer } from './announcer.tsx';
import { AudioOnlyMark } from './audio-only-mark.tsx';
import { CallMode } from './call-mode.tsx';
import { Connection } from './connection.tsx';
import { ControlBar, toggleHand } from './control-bar.tsx';
import { Elapsed } from './elapsed.tsx';
import { FirstOne } from './first-one.tsx';
import { KeyboardHelp } from './keyboard-help.tsx';
import { Stage } from './stage.tsx';
import { useIdle } from './use-idle.ts';
import { useMenuItems } from './use-menu-items.ts';
import { useMutedHint } from './use-muted-hint.ts';
import { usePanels } from './use-panels.ts';
import { usePinning } from './use-pinning.ts';
import { usePushToTalk } from './use-push-to-talk.ts';
import { useWakeLock } from './use-wake-lock.ts';

/** Eight controls and Leave with its word side by side; on a phone's side they stand in a column. */
const isShortBar = ({ width, height }: Size): boolean => width < 560 || height <= 480;

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
  const { open, isChatOpen, toggle, close } = usePanels();
  const help = useSignal(false);
  const toasts = useNotices(call);
  const chat = useChat(call, toasts, isChatOpen);
  const invite = useInvite();
  const pinning = usePinning(state);
  const bar = useRef<HTMLDivElement>(null);
  const { ref: main, size } = useSize<HTMLDivElement>();
  const isShort = isShortBar(size);
  const alone = state.peers.value.length === 0;
  const isWell =
    state.connection.value === 'connected' &&
    state.keyTrouble.value === null &&
    state.networkTrouble.value !== 'reconnecting-media';
  const idle = useIdle(bar, !alone && isWell);

  const copyLink = async () => {
    const copied = await copyText(invite);
    toasts.show(copied ? words.call.linkCopied : words.call.linkNotCopied);
  };

  useShortcuts({
    m: () => toggleMicrophone(call),
    v: () => toggleCamera(call),
    s: () => canShareScreen() && handOff(call.setScreen(!state.screenOn.value)),
    h: () => toggleHand(call),
    c: () => toggle('chat'),
    p: () => toggle('people'),
    '?': () => (help.value = true),
  });
  usePushToTalk(call);
  useMutedHint(call, toasts);
  useWakeLock();
  const menuItems = useMenuItems({
    call,
    isShort,
    onSettings: () => toggle('settings'),
    onDetails: () => toggle('details'),
    onCopyLink: () => handOff(copyLink()),
    onKeyboard: () => (help.value = true),
  });

  return (
    <main class="call" data-idle={idle ? 'true' : undefined}>
      <h1 class="sr-only">{words.call.title}</h1>
      <div ref={main} class="call-main">
        {/* First, so that Tab comes to the controls before twenty-five tiles. */}
        <ControlBar
          call={call}
          bar={bar}
          isShort={isShort}
          open={open.value}
          onPanel={toggle}
          unread={chat.unread}
          menuItems={menuItems}
        />
        {alone && !state.screenOn.value && <FirstOne />}
        <div class="corner">
          <Shield call={call} />
          <CallMode state={state} />
          <Elapsed since={state.joinedAt} />
          <AudioOnlyMark />
        </div>
        <Connection state={state} />
        <ToastList toasts={toasts} />
        <Stage call={call} pinning={pinning} beside={open.value} />
      </div>
      {open.value === 'chat' && <ChatPanel chat={chat} onClose={close} />}
      {open.value === 'people' && <PeoplePanel call={call} pinning={pinning} onClose={close} />}
      {open.value === 'settings' && <SettingsPanel call={call} onClose={close} />}
      {open.value === 'details' && <DetailsPanel call={call} onClose={close} />}
      <KeyboardHelp open={help} />
      <Announcer state={state} />
    </main>
  );
};
