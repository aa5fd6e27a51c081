// From what somebody pasted to where it leads, and from a room to the link that invites to it.
import { RoomId } from '@sotto/signaling/protocol';
import { readSecret } from '../link/room-secret.ts';

export type Destination =
  /** `secret` is null where the link has none, or what it has is none. */
  | { readonly kind: 'here'; readonly roomId: RoomId; readonly secret: string | null }
  /** A meeting on another server. */
  | { readonly kind: 'elsewhere'; readonly href: string }
  | { readonly kind: 'nowhere' };

const NOWHERE: Destination = { kind: 'nowhere' };

/** Without the secret: what the address bar shows. */
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
  if (code.success) return { kind: 'here', roomId: code.data, secret: null };

  const url = parseUrl(text);
  const roomId = RoomId.safeParse(url?.pathname.match(/^\/m\/([^/]+)\/?$/)?.[1]);
  if (!url || !roomId.success) return NOWHERE;
  if (url.host === host) {
    return { kind: 'here', roomId: roomId.data, secret: readSecret(url.hash.slice(1)) };
  }
  return { kind: 'elsewhere', href: `${url.origin}${roomPath(roomId.data)}${url.hash}` };
};

export type MeetingKey =
  | { readonly kind: 'key'; readonly secret: string }
  /** A link, to this meeting without a key or to another one. */
  | { readonly kind: 'link'; readonly to: Exclude<Destination, { kind: 'nowhere' }> }
  | { readonly kind: 'none' };

/** What the field for a meeting's key takes: the key, with `#` or without, or a whole link. */
export const parseMeetingKey = (input: string, roomId: RoomId, host: string): MeetingKey => {
  const secret = readSecret(input.trim().replace(/^#/, ''));
  if (secret !== null) return { kind: 'key', secret };
  const to = parseRoomLink(input, host);
  if (to.kind === 'nowhere') return { kind: 'none' };
  const isThis = to.kind === 'here' && to.roomId === roomId;
  if (!isThis) return { kind: 'link', to };
  return to.secret === null ? { kind: 'none' } : { kind: 'key', secret: to.secret };
};

/** What others need to come in, the secret included. */
export const inviteLink = (
  roomId: RoomId,
  secret: string,
  { origin }: Pick<Location, 'origin'> = location,
): string => `${origin}${roomPath(roomId)}#${secret}`;
