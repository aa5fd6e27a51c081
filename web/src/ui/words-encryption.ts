// What to say of keys: on tiles, behind the shield, in the status line.
import type { GroupChange, KeyTrouble } from '../call/call-state.ts';
import { people, who } from './words-people.ts';

export const tileKeyWords = {
  waiting: 'Waiting for the key…',
  ownWaiting: 'Waiting for the key: nobody can see or hear you yet.',
  ownFailed: 'You can’t be seen or heard: what you send couldn’t be encrypted.',
  failed: {
    video: 'This video can’t be decrypted; getting a new key',
    sound: 'This sound can’t be decrypted; getting a new key',
    screen: 'This screen can’t be decrypted; getting a new key',
  },
} as const;

/** In the status line: what is, and what one can do. */
export const keyTroubleWords: Record<KeyTrouble, string> = {
  'no-welcome':
    'Nobody has let you in yet, so you see and hear nothing. We keep asking; if it lasts, leave and join again.',
  'cannot-follow':
    'The others have new keys that you lack. We ask for them; if it lasts, leave and join again.',
  'put-out': 'You were removed from this meeting and have no keys any more.',
};

export type ShieldState = 'none' | 'trouble' | 'not-compared' | 'compared' | 'joined-since';

export const shieldWords = {
  /** The button's name, for readers. */
  label: (state: ShieldState, newcomers: number): string => {
    switch (state) {
      case 'none':
        return 'Encryption: waiting for the key';
      case 'trouble':
        return 'Encryption: you have no keys now';
      case 'not-compared':
        return 'Encrypted. Show the safety code';
      case 'compared':
        return 'Encrypted, safety code compared. Show it';
      case 'joined-since':
        return `Encrypted. ${people(newcomers)} joined after you compared the safety code. Show it`;
    }
  },
  title: { encrypted: 'Encrypted end to end', none: 'No keys yet' },
  meaning:
    'If all of you see this same code, only those listed under People have the keys. Read it to each other.',
  noKeys: 'Until the key is there, nothing is sent and nothing is shown.',
  code: 'Safety code',
  computing: 'Computing the code…',
  copy: 'Copy code',
  copied: 'Copied',
  mark: 'We compared it',
  markAgain: 'We compared it again',
  states: {
    'not-compared': 'Not compared yet.',
    compared: 'You compared it. Nobody new has come since.',
    'joined-since': (newcomers: readonly string[]) =>
      `${people(newcomers.length)} joined after you compared:`,
  },
  change: ({ kind, names }: Pick<GroupChange, 'kind' | 'names'>): string => {
    switch (kind) {
      case 'created':
        return 'New group';
      case 'joined':
        return `${who(names)} joined`;
      case 'left':
        return `${who(names)} left`;
      case 'rejoined':
        return `${who(names)} came back`;
      case 'refreshed':
        return 'Keys renewed';
    }
  },
  changed: 'Last change of the code',
} as const;

export const notAnnouncedWords = {
  title: 'Not announced by the server',
  text: 'They have this meeting’s keys, but the server doesn’t say that they are here. If it stays so, ask who they are.',
} as const;
