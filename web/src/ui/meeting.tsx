// One meeting, from its door to the end: asks for its key where the link has lost it, then shows the
// screen that fits the call's phase.
import type { RoomId } from '@sotto/signaling/protocol';
import { useEffect, useState } from 'preact/hooks';
import type { Call, ChosenDevices } from '../call/call-state.ts';
import { CallScreen } from './call/call-screen.tsx';
import { Lobby } from './lobby/lobby.tsx';
import { After } from './outcomes/after.tsx';
import { Failed } from './outcomes/failed.tsx';
import { MeetingKey } from './outcomes/meeting-key.tsx';
import { inviteLink } from './room-link.ts';
import { InviteContext, useLinkSecrets } from './use-link.ts';
import { usePreferences } from './use-preferences.ts';
import { useSettings } from './use-settings.ts';
import { useTitle } from './use-title.ts';
import { words } from './words.ts';

/** `secret`: what stands behind `#` in the meeting's link (link/room-secret.ts). */
export type CreateCall = (roomId: RoomId, secret: string, chosen: ChosenDevices) => Call;

export interface MeetingProps {
  readonly roomId: RoomId;
  readonly createCall: CreateCall;
}

interface AttemptProps extends MeetingProps {
  readonly secret: string;
  readonly onAgain: () => void;
  readonly onOtherKey: () => void;
}

/** The secret that the call began with stays its own, whatever is pasted meanwhile. */
const Attempt = ({ roomId, secret, createCall, onAgain, onOtherKey }: AttemptProps) => {
  const { current } = useSettings();
  const secrets = useLinkSecrets();
  const [used] = useState(secret);
  const [call] = useState(() => createCall(roomId, used, current.value));
  const phase = call.state.phase.value;

  usePreferences(call);
  useEffect(() => () => call.close(), [call]);
  // A reload comes back in; whoever has left comes back only as long as the page stands. Not before
  // the screen after the call is drawn: closing the tab or reloading it is a leave too, and keeps it.
  useEffect(() => {
    if (phase.name === 'left') secrets.unstore(roomId);
    else secrets.keep(roomId, used);
  }, [phase.name === 'left']);
  // A better link was pasted while this one led nowhere.
  useEffect(() => {
    if (secret !== used && (phase.name === 'idle' || phase.name === 'failed')) onAgain();
  }, [secret]);

  switch (phase.name) {
    case 'idle':
    case 'joining':
      return <Lobby call={call} />;
    case 'joined':
      return (
        <InviteContext.Provider value={inviteLink(roomId, used)}>
          <CallScreen call={call} />
        </InviteContext.Provider>
      );
    case 'left':
      return <After joinedForMs={phase.joinedForMs} onAgain={onAgain} />;
    case 'failed':
      return <Failed reason={phase.reason} onAgain={onAgain} onOtherKey={onOtherKey} />;
  }
};

/** A call is over once left or failed: coming back is a new one. */
export const Meeting = ({ roomId, createCall }: MeetingProps) => {
  useTitle(words.titles.meeting);
  const secrets = useLinkSecrets();
  // Whoever goes elsewhere inside the page comes back by what it remembers; a reload ends nothing here.
  useEffect(() => () => secrets.unstore(roomId), []);
  const [attempt, setAttempt] = useState(0);
  const [asks, setAsks] = useState(false);
  const secret = secrets.secretOf(roomId);

  const onKey = (given: string) => {
    secrets.keep(roomId, given);
    setAsks(false);
    setAttempt(attempt + 1);
  };
  if (secret === null || asks) return <MeetingKey roomId={roomId} onKey={onKey} />;
  return (
    <Attempt
      key={attempt}
      roomId={roomId}
      secret={secret}
      createCall={createCall}
      onAgain={() => setAttempt(attempt + 1)}
      onOtherKey={() => setAsks(true)}
    />
  );
};
