// Whether who calls knows the secret that a media node shares with its signaling processes.
import { createHash, timingSafeEqual } from 'node:crypto';

const BEARER = /^Bearer (.+)$/;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The answer takes the same time whatever is wrong: hashes are of one length. */
export const createAuthorization = (secret: string): ((header: string | undefined) => boolean) => {
  const expected = digest(secret);
  return (header) => timingSafeEqual(digest(BEARER.exec(header ?? '')?.[1] ?? ''), expected);
};
