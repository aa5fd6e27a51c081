// Everybody in the meeting, oneself first, and the link to invite more.
import type { ComponentChildren } from 'preact';
import type { Call, GroupState } from '../../call/call-state.ts';
import { Avatar } from '../avatar.tsx';
import { OWN_CAM_KEY } from '../call/arrange.ts';
import { nameOf } from '../call/peer-name.ts';
import { PinButton } from '../call/pin-button.tsx';
import type { Pinning } from '../call/use-pinning.ts';
import { isCameraOn, isMicrophoneOn } from '../devices/media-toggles.tsx';
import { Icon } from '../icon.tsx';
import { InviteLink } from '../invite-link.tsx';
import { handWords } from '../words-chat.ts';
import { notAnnouncedWords } from '../words-encryption.ts';
import { words } from '../words.ts';
import { Panel } from './panel.tsx';
import { handsFirst } from './people-order.ts';

interface PersonProps {
  readonly id: string;
  /** Null while it is not known. */
  readonly name: string | null;
  readonly shown: string;
  readonly connected: boolean;
  readonly micOn: boolean;
  readonly camOn: boolean;
  readonly handRaised: boolean;
  readonly children: ComponentChildren;
}

const Person = (props: PersonProps) => {
  const { id, name, shown, connected, micOn, camOn, handRaised, children } = props;
  return (
    <li class="person" data-testid="person" data-hand={handRaised ? 'true' : undefined}>
      <Avatar name={name} id={id} />
      <span class="person-name">
        <bdi>{shown}</bdi>
        {!connected && <small>{words.panels.coming}</small>}
      </span>
      {handRaised && (
        <span class="hand-mark" role="img" aria-label={handWords.isRaised}>
          <Icon name="hand" small />
        </span>
      )}
      <span class="sr-only">{micOn ? words.call.microphoneOn : words.call.microphoneOff}</span>
      <span class="person-marks">
        <Icon name={micOn ? 'mic' : 'mic-off'} />
        <Icon name={camOn ? 'video' : 'video-off'} />
      </span>
      {children}
    </li>
  );
};

/** Whoever has the keys is shown, whatever the server says of who is here. */
const NotAnnounced = ({ group }: { readonly group: GroupState | null }) => {
  const members = group?.roster.filter(({ isAnnounced, isSelf }) => !isAnnounced && !isSelf) ?? [];
  if (members.length === 0) return null;
  return (
    <section class="not-announced" data-testid="not-announced">
      <h3>{notAnnouncedWords.title}</h3>
      <p>{notAnnouncedWords.text}</p>
      <ul>
        {members.map(({ peerId, name }) => (
          <li key={peerId} class="person">
            <Avatar name={name} id={peerId} />
            <span class="person-name">
              <bdi>{name}</bdi>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

interface PeoplePanelProps {
  readonly call: Call;
  readonly pinning: Pinning;
  readonly onClose: () => void;
}

export const PeoplePanel = ({ call, pinning, onClose }: PeoplePanelProps) => {
  const { peers, selfName, selfPeerId, handRaised, group } = call.state;
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
          handRaised={handRaised.value}
        >
          <PinButton
            pinning={pinning}
            tileKey={OWN_CAM_KEY}
            label={words.call.ownPin}
            look="tool"
          />
        </Person>
        {handsFirst(peers.value).map((peer) => (
          <Person
            key={peer.peerId}
            id={peer.peerId}
            name={peer.displayName}
            shown={nameOf(peer)}
            connected={peer.connected}
            micOn={peer.micOn}
            camOn={peer.camOn}
            handRaised={peer.handRaisedAt !== null}
          >
            <PinButton
              pinning={pinning}
              tileKey={peer.peerId}
              label={words.call.pin(nameOf(peer))}
              look="tool"
            />
          </Person>
        ))}
      </ul>
      <NotAnnounced group={group.value} />
      <section class="panel-foot">
        <h3>{words.panels.invite}</h3>
        <InviteLink />
      </section>
    </Panel>
  );
};
