// What is not well, for the one line that says it: of several troubles the worst alone.
import type { CallState } from '../../call/call-state.ts';
import type { IconName } from '../icon-names.ts';
import { keyTroubleWords } from '../words-encryption.ts';
import { networkTroubleWords } from '../words-network.ts';
import { words } from '../words.ts';

export interface Trouble {
  /** Bars: of the connection, as on tiles (quality-bars.tsx). */
  readonly sign: IconName | 'bars';
  readonly what: string;
}

type TroubleSigns = {
  readonly [Sign in 'connection' | 'keyTrouble' | 'networkTrouble']: CallState[Sign]['value'];
};

/** Without the server nobody comes or goes; without keys or a way nothing is seen; the rest is less. */
export const worstTrouble = (signs: TroubleSigns): Trouble | null => {
  const { connection, keyTrouble, networkTrouble } = signs;
  if (connection === 'reconnecting') return { sign: 'wifi-off', what: words.call.reconnecting };
  if (keyTrouble !== null) return { sign: 'shield-alert', what: keyTroubleWords[keyTrouble] };
  if (networkTrouble === null) return null;
  const what = networkTroubleWords[networkTrouble];
  return networkTrouble === 'reconnecting-media'
    ? { sign: 'wifi-off', what }
    : { sign: 'bars', what };
};
