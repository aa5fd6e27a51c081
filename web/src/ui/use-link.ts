// The secrets of this tab's meetings, for every view below app.tsx; the link that invites to the one
// that is open, for every view below meeting.tsx.
import type { RoomId } from '@sotto/signaling/protocol';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import type { LinkSecrets } from '../link/link-secrets.ts';
import { type Destination, roomPath } from './room-link.ts';

export const LinkSecretsContext = createContext<LinkSecrets | null>(null);

export const useLinkSecrets = (): LinkSecrets => {
  const secrets = useContext(LinkSecretsContext);
  if (secrets === null) throw new Error('there are no link secrets above this view');
  return secrets;
};

/** Goes to a meeting, its secret kept aside: it never shows in the address bar. */
export const useGoToRoom = () => {
  const secrets = useLinkSecrets();
  const { route } = useLocation();
  return (roomId: RoomId, secret: string | null): void => {
    if (secret !== null) secrets.keep(roomId, secret);
    route(roomPath(roomId));
  };
};

export const useGoTo = () => {
  const goToRoom = useGoToRoom();
  return (to: Destination): void => {
    if (to.kind === 'here') goToRoom(to.roomId, to.secret);
    if (to.kind === 'elsewhere') location.assign(to.href);
  };
};

export const InviteContext = createContext<string | null>(null);

/** The whole link, the secret included. */
export const useInvite = (): string => {
  const link = useContext(InviteContext);
  if (link === null) throw new Error('there is no meeting above this view');
  return link;
};
