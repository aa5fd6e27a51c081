// What to say when a meeting cannot be had, and the way on from there.
import type { FailReason } from '../call/call-state.ts';

export type WayOn = 'new-meeting' | 'again' | 'other-key' | 'reload' | 'home';

export interface FailureWords {
  readonly title: string;
  readonly text: string;
  /** The first is the one to recommend. */
  readonly ways: readonly [WayOn, ...WayOn[]];
}

export const wayWords: Record<WayOn, string> = {
  'new-meeting': 'New meeting',
  again: 'Try again',
  'other-key': 'Enter another key',
  reload: 'Reload the page',
  home: 'Go to the start page',
};

const failureWords: Record<FailReason, FailureWords> = {
  'room-not-found': {
    title: 'This link opens no meeting',
    text: 'There is no such meeting, or the key in the link does not belong to it. Ask for the whole link again, or open a meeting of your own.',
    ways: ['new-meeting', 'other-key', 'home'],
  },
  'room-full': {
    title: 'This meeting is full',
    text: 'There is no place left right now. When somebody leaves, you can come in.',
    ways: ['again', 'home'],
  },
  unreachable: {
    title: 'The server can’t be reached',
    text: 'Check that you are online. If others have the same trouble, the server may be down for a moment.',
    ways: ['again', 'home'],
  },
  replaced: {
    title: 'You joined from somewhere else',
    text: 'This meeting goes on for you in another tab or on another device. You can take it back here.',
    ways: ['again', 'home'],
  },
  'upgrade-required': {
    title: 'There is a newer version of this page',
    text: 'The server was updated while this page was open. Reload it to go on.',
    ways: ['reload'],
  },
  'unsupported-browser': {
    title: 'This browser can’t take part',
    text: 'It lacks something that meetings need. Open the link in a current Chrome, Edge, Firefox or Safari.',
    ways: ['home'],
  },
  internal: {
    title: 'Something went wrong',
    text: 'It was not your doing. Trying again often helps.',
    ways: ['again', 'home'],
  },
};

/** No browser encrypts on a page without TLS: it is not the browser that lacks something. */
const insecurePageWords: FailureWords = {
  title: 'This page isn’t secure',
  text: 'Meetings are encrypted in your browser, and browsers allow that only on pages opened with https. Open this address with https:// in front, or ask whoever runs the server to set it up.',
  ways: ['home'],
};

export const wordsOf = (reason: FailReason, isSecurePage: boolean): FailureWords =>
  reason === 'unsupported-browser' && !isSecurePage ? insecurePageWords : failureWords[reason];

export const notFoundWords = {
  title: 'There is nothing at this address',
  text: 'If it came from somebody, ask them for the link again.',
} as const;

export const meetingKeyWords = {
  title: 'The key to this meeting is missing',
  text: 'This link has lost its key, the part after #, without which nobody can see or hear what is said. Paste the whole link, or the key alone.',
  label: 'Meeting key or link',
  placeholder: 'Paste it here',
  open: 'Open',
  wrong:
    'That is no meeting key. A key is what stands after # in the link: 43 letters, digits, dashes or underscores.',
} as const;
