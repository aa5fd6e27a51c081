// Puts the link that invites to this meeting on the clipboard, or hands it to the system to share.
import { handOff } from './hand-off.ts';
import { inviteLink } from './room-link.ts';
import { words } from './words.ts';

/** False where the browser has no clipboard or says no. */
export const copyInviteLink = async (): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(inviteLink());
    return true;
  } catch {
    return false;
  }
};

export const shareInviteLink = (): void => {
  const shared = navigator.share({ title: words.call.joinMe, url: inviteLink() });
  // Closing the system's sheet rejects: that is an answer, not an error.
  handOff(shared.catch(() => undefined));
};
