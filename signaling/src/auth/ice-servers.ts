// STUN and TURN servers as a page is told of them. Credentials for TURN live for a while and name who
// got them; the TURN server knows them by the secret that it shares with this one (coturn's
// use-auth-secret, draft-uberti-behave-turn-rest-00 §2.2).
import { createHmac } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { IceServers, PeerId } from '../protocol/index.ts';

export interface TurnSettings {
  /** `stun:`, `stuns:`, `turn:` and `turns:` (RFC 7064, RFC 7065). */
  readonly urls: readonly string[];
  /** Needed where a URL is of TURN. */
  readonly secret: string | undefined;
  readonly ttlSeconds: number;
}

export interface IceServerList {
  /** Whether there is a TURN server, and so credentials to be had. */
  readonly hasTurn: boolean;
  forPeer(peerId: PeerId): IceServers;
}

const isTurn = (url: string): boolean => /^turns?:/.test(url);

const credentials = (secret: string, expiresAtS: number, peerId: PeerId) => {
  const username = `${expiresAtS}:${peerId}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
};

export const createIceServers = (settings: TurnSettings | null, clock: Clock): IceServerList => {
  const { urls = [], secret, ttlSeconds = 0 } = settings ?? {};
  const stun = urls.filter((url) => !isTurn(url));
  const turn = urls.filter(isTurn);
  const open = stun.length > 0 ? [{ urls: stun }] : [];
  if (turn.length === 0 || secret === undefined) {
    return { hasTurn: false, forPeer: () => ({ iceServers: open, expiresInSeconds: null }) };
  }
  return {
    hasTurn: true,
    forPeer: (peerId) => {
      const expiresAtS = Math.floor(clock.now() / 1000) + ttlSeconds;
      const relay = { urls: turn, ...credentials(secret, expiresAtS, peerId) };
      return { iceServers: [...open, relay], expiresInSeconds: ttlSeconds };
    },
  };
};
