// Everybody in the meeting, oneself first, and the link to invite more.
import type { ComponentChildren } from 'preact';
import type { Call } from '../../call/call-state.ts';
import { Avatar } from '../avatar.tsx';
import { OWN_CAM_KEY } from '../call/arrange.ts';
import { PinButton } from '../call/pin-button.tsx';
import type { Pinning } from '../call/use-pinning.ts';
import { isCameraOn, isMicrophoneOn } from '../devices/media-toggles.tsx';
import { Icon } from '../icon.tsx';
import { InviteLink } from '../invite-link.tsx';
import { words } from '../words.ts';
import { Panel } from './panel.tsx';

interface PersonProps {
  readonly id: string;
  readonly name: string;
  readonly shown: string;
  readonly connected: boolean;
  readonly micOn: boolean;
  readonly camOn: boolean;
  readonly children: ComponentChildren;
}

const Person = ({ id, name, shown, connected, micOn, camOn, children }: PersonProps) => (
  <li class="person">
    <Avatar name={name} id={id} />
    <span class="person-name">
      <bdi>{shown}</bdi>
      {!connected && <small>{words.panels.coming}</small>}
    </span>
    <span class="sr-only">{micOn ? words.call.microphoneOn : words.call.microphoneOff}</span>
    <span class="person-marks">
      <Icon name={micOn ? 'mic' : 'mic-off'} />
      <Icon name={camOn ? 'video' : 'video-off'} />
    </span>
    {children}
  </li>
);

interface PeoplePanelProps {
  readonly call: Call;
  readonly pinning: Pinning;
  readonly onClose: () => void;
}

export const PeoplePanel = ({ call, pinning, onClose }: PeoplePanelProps) => {
  const { peers, selfName, selfPeerId } = call.state;
  return (
    <Panel
      title={words.panels.people(peers.value.length + 1)}
      testId="people-panel"
      onClose={onClose}
    >
      <ul class="people">
        <Person
          id={selfPeerId.value ?? ''}
          name={selfName.value}
          shown={words.call.named(selfName.value)}
          connected
          micOn={isMicrophoneOn(call)}
          camOn={isCameraOn(call)}
        >
          <PinButton
            pinning={pinning}
            tileKey={OWN_CAM_KEY}
            label={words.call.ownPin}
            look="tool"
          />
        </Person>
        {peers.value.map(({ peerId, displayName, connected, micOn, camOn }) => (
          <Person
            key={peerId}
            id={peerId}
            name={displayName}
            shown={displayName}
            connected={connected}
            micOn={micOn}
            camOn={camOn}
          >
            <PinButton
              pinning={pinning}
              tileKey={peerId}
              label={words.call.pin(displayName)}
              look="tool"
            />
          </Person>
        ))}
      </ul>
      <section class="panel-foot">
        <h3>{words.panels.invite}</h3>
        <InviteLink />
      </section>
    </Panel>
  );
};
