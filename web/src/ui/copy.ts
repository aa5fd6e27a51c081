// Puts a text on the clipboard, and hands the link that invites to a meeting to the system to share.
import { handOff } from './hand-off.ts';
import { words } from './words.ts';

/** False where the browser has no clipboard or says no. */
export const copyText = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
};

export const shareInvite = (link: string): void => {
  const shared = navigator.share({ title: words.call.joinMe, url: link });
  // Closing the system's sheet rejects: that is an answer, not an error.
  handOff(shared.catch(() => undefined));
};
