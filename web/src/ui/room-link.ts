// From what somebody pasted to where it leads, and from a room to the link that invites to it.
import { RoomId } from '@sotto/signaling/protocol';

export type Destination =
  | { readonly kind: 'here'; readonly path: string }
  /** A meeting on another server. */
  | { readonly kind: 'elsewhere'; readonly href: string }
  | { readonly kind: 'nowhere' };

const NOWHERE: Destination = { kind: 'nowhere' };

export const roomPath = (roomId: RoomId): string => `/m/${roomId}`;

const parseUrl = (text: string): URL | null => {
  // People leave out the scheme; addresses then start like a host name and a path.
  const full = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  return URL.canParse(full) ? new URL(full) : null;
};

/** Takes a whole link, one without its scheme, or the code alone; `host` is that of this page. */
export const parseRoomLink = (input: string, host: string): Destination => {
  const text = input.trim();
  const code = RoomId.safeParse(text);
  if (code.success) return { kind: 'here', path: roomPath(code.data) };

  const url = parseUrl(text);
  const roomId = RoomId.safeParse(url?.pathname.match(/^\/m\/([^/]+)\/?$/)?.[1]);
  if (!url || !roomId.success) return NOWHERE;
  if (url.host === host) return { kind: 'here', path: roomPath(roomId.data) + url.hash };
  return { kind: 'elsewhere', href: `${url.origin}${roomPath(roomId.data)}${url.hash}` };
};

/** What others need to come in: the address as it is, less the query. */
export const inviteLink = (at: Location = location): string =>
  `${at.origin}${at.pathname}${at.hash}`;
