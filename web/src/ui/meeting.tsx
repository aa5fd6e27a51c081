// One meeting, from its door to the end: shows the screen that fits the call's phase.
import type { RoomId } from '@sotto/signaling/protocol';
import { useEffect, useState } from 'preact/hooks';
import type { Call, ChosenDevices } from '../call/call-state.ts';
import { CallScreen } from './call/call-screen.tsx';
import { Lobby } from './lobby/lobby.tsx';
import { After } from './outcomes/after.tsx';
import { Failed } from './outcomes/failed.tsx';
import { useSettings } from './use-settings.ts';
import { useTitle } from './use-title.ts';
import { words } from './words.ts';

export type CreateCall = (roomId: RoomId, chosen: ChosenDevices) => Call;

export interface MeetingProps {
  readonly roomId: RoomId;
  readonly createCall: CreateCall;
}

interface AttemptProps extends MeetingProps {
  readonly onAgain: () => void;
}

const Attempt = ({ roomId, createCall, onAgain }: AttemptProps) => {
  const { current } = useSettings();
  const [call] = useState(() => createCall(roomId, current.value));
  useEffect(() => () => call.close(), [call]);

  const phase = call.state.phase.value;
  switch (phase.name) {
    case 'idle':
    case 'joining':
      return <Lobby call={call} />;
    case 'joined':
      return <CallScreen call={call} />;
    case 'left':
      return <After joinedForMs={phase.joinedForMs} onAgain={onAgain} />;
    case 'failed':
      return <Failed reason={phase.reason} onAgain={onAgain} />;
  }
};

/** A call is over once left or failed: coming back is a new one. */
export const Meeting = ({ roomId, createCall }: MeetingProps) => {
  useTitle(words.titles.meeting);
  const [attempt, setAttempt] = useState(0);
  return (
    <Attempt
      key={attempt}
      roomId={roomId}
      createCall={createCall}
      onAgain={() => setAttempt(attempt + 1)}
    />
  );
};
