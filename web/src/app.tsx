// The page's addresses and what stands at each.
import { RoomId } from '@sotto/signaling/protocol';
import { LocationProvider, Route, Router, useRoute } from 'preact-iso/router';
import { Home } from './ui/home.tsx';
import { type CreateCall, Meeting } from './ui/meeting.tsx';
import { Failed } from './ui/outcomes/failed.tsx';
import { NotFound } from './ui/outcomes/not-found.tsx';

interface AppProps {
  readonly createCall: CreateCall;
}

const AtRoom = ({ createCall }: AppProps) => {
  const roomId = RoomId.safeParse(useRoute().params['roomId']);
  if (!roomId.success) return <Failed reason="room-not-found" />;
  return <Meeting key={roomId.data} roomId={roomId.data} createCall={createCall} />;
};

export const App = ({ createCall }: AppProps) => (
  <LocationProvider>
    <Router>
      <Route path="/" component={Home} />
      <Route path="/m/:roomId" component={AtRoom} createCall={createCall} />
      <Route default component={NotFound} />
    </Router>
  </LocationProvider>
);
