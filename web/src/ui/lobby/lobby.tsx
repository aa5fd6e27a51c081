// Before joining: see oneself, choose devices, say who one is, go in.
import { useEffect } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import { DeviceMenus } from '../devices/device-menus.tsx';
import { DeviceProblems } from '../devices/device-problems.tsx';
import { toggleCamera, toggleMicrophone } from '../devices/media-toggles.tsx';
import { handOff } from '../hand-off.ts';
import { useShortcuts } from '../use-shortcuts.ts';
import { Wordmark } from '../wordmark.tsx';
import { words } from '../words.ts';
import { JoinForm } from './join-form.tsx';
import { LobbySettings } from './lobby-settings.tsx';
import { PeopleCount } from './people-count.tsx';
import { Preview } from './preview.tsx';

export const Lobby = ({ call }: { readonly call: Call }) => {
  useEffect(() => handOff(call.openDevices()), [call]);
  useShortcuts({ m: () => toggleMicrophone(call), v: () => toggleCamera(call) });
  return (
    <main class="lobby">
      <header class="masthead">
        <Wordmark />
      </header>
      <div class="lobby-body">
        <div class="lobby-picture">
          <Preview call={call} />
          <DeviceProblems call={call} />
        </div>
        <div class="lobby-form">
          <div class="lobby-heading">
            <h1>{words.lobby.title}</h1>
            <PeopleCount call={call} />
          </div>
          <JoinForm call={call} />
          <section class="lobby-devices" aria-label={words.lobby.devices}>
            <DeviceMenus call={call} />
            <LobbySettings />
          </section>
        </div>
      </div>
    </main>
  );
};
