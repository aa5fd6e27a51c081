// The secret of a meeting link: made for a new room, read from what stands behind `#`, and the one
// thing that the server learns of it. The keys for messages come from it in the workers.
import {
  deriveJoinKey,
  joinHash,
  makeLinkSecret,
  parseLinkSecret,
  toBase64url,
} from '@sotto/e2ee/page';

/** 43 characters of base64url in their only spelling, or null. */
export const readSecret = (text: string): string | null => parseLinkSecret(text) ?? null;

/** K_join in base64url: what `Authorization: Bearer` carries to the room's server. */
export const joinKeyOf = (secret: string): string => toBase64url(deriveJoinKey(secret));

/** For a room that is to be opened: its secret, and what the server may know. */
export const makeRoomSecret = (): { readonly secret: string; readonly joinHash: string } => {
  const secret = makeLinkSecret();
  return { secret, joinHash: joinHash(deriveJoinKey(secret)) };
};
