// The page's addresses and what stands at each.
import { RoomId } from '@sotto/signaling/protocol';
import { LocationProvider, Route, Router, useRoute } from 'preact-iso/router';
import type { LinkSecrets } from './link/link-secrets.ts';
import { Home } from './ui/home.tsx';
import { type CreateCall, Meeting } from './ui/meeting.tsx';
import { Failed } from './ui/outcomes/failed.tsx';
import { NotFound } from './ui/outcomes/not-found.tsx';
import type { SettingsStore } from './ui/settings.ts';
import { LinkSecretsContext } from './ui/use-link.ts';
import { SettingsContext } from './ui/use-settings.ts';
import { useTheme } from './ui/use-theme.ts';

interface AppProps {
  readonly createCall: CreateCall;
  readonly settings: SettingsStore;
  readonly secrets: LinkSecrets;
}

const AtRoom = ({ createCall }: Pick<AppProps, 'createCall'>) => {
  const roomId = RoomId.safeParse(useRoute().params['roomId']);
  if (!roomId.success) return <Failed reason="room-not-found" />;
  return <Meeting key={roomId.data} roomId={roomId.data} createCall={createCall} />;
};

export const App = ({ createCall, settings, secrets }: AppProps) => {
  useTheme(settings);
  return (
    <SettingsContext.Provider value={settings}>
      <LinkSecretsContext.Provider value={secrets}>
        <LocationProvider>
          <Router>
            <Route path="/" component={Home} />
            <Route path="/m/:roomId" component={AtRoom} createCall={createCall} />
            <Route default component={NotFound} />
          </Router>
        </LocationProvider>
      </LinkSecretsContext.Provider>
    </SettingsContext.Provider>
  );
};
