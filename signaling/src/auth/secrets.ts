// One secret from the outside, a key of its own for each use of it (HKDF, RFC 5869).
import { hkdfSync } from 'node:crypto';

export interface Secrets {
  readonly roomIdKey: Buffer;
  readonly tokenKey: Buffer;
}

const derive = (secret: string, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `sotto 1 ${use}`, 32));

export const deriveSecrets = (secret: string): Secrets => ({
  roomIdKey: derive(secret, 'room ids'),
  tokenKey: derive(secret, 'tokens'),
});
