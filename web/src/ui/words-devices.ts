// What to say when a camera or a microphone is not to be had, and how to mend it in this browser.
import type { DeviceProblem } from '../call/call-state.ts';
import type { BrowserFamily } from './browser.ts';

export const deviceWords = {
  microphone: 'Microphone',
  camera: 'Camera',
  speaker: 'Speaker',
  numbered: (kind: string, number: number) => `${kind} ${number}`,
  none: { microphone: 'No microphone found', camera: 'No camera found', speaker: 'System default' },
  level: 'Microphone level',
  tryAgain: 'Try again',
  microphoneShort: 'Your microphone isn’t available',
} as const;

export type Affected = 'microphone' | 'camera' | 'both';

const things = {
  microphone: { the: 'the microphone', a: 'microphone', are: 'is', them: 'it' },
  camera: { the: 'the camera', a: 'camera', are: 'is', them: 'it' },
  both: { the: 'camera and microphone', a: 'camera or microphone', are: 'are', them: 'them' },
} as const;

/** Where each browser keeps the permission of a site. */
const unblock: Record<BrowserFamily, (the: string) => string> = {
  chromium: (the) =>
    `Select the icon at the left end of the address field, allow ${the}, then try again.`,
  firefox: (the) =>
    `Select the crossed-out icon at the left end of the address field, clear the block on ${the}, then try again.`,
  'safari-desktop': (the) =>
    `In the Safari menu, open “Settings for This Website”, allow ${the}, then try again.`,
  'safari-mobile': (the) =>
    `Open the page menu in the address field, then “Website Settings”, and allow ${the}. Then try again.`,
};

export interface ProblemWords {
  readonly title: string;
  readonly text: string;
  /** Whether asking the browser again can help while the page stays as it is. */
  readonly retry: boolean;
}

export const problemWords = (
  problem: DeviceProblem,
  affected: Affected,
  browser: BrowserFamily,
): ProblemWords => {
  const { the, a, are, them } = things[affected];
  const The = the.charAt(0).toUpperCase() + the.slice(1);
  switch (problem) {
    case 'denied':
      return { title: `${The} ${are} blocked`, text: unblock[browser](the), retry: true };
    case 'in-use':
      return {
        title: `${The} ${are} in use`,
        text: `Another app or tab holds ${them}. Close it there, then try again.`,
        retry: true,
      };
    case 'missing':
      return {
        title: `No ${a} found`,
        text: 'Plug one in or switch it on, then try again.',
        retry: true,
      };
    case 'insecure-context':
      return {
        title: 'This page isn’t secure',
        text: 'Browsers give camera and microphone only to pages opened with https. Open this address with https:// in front, or ask whoever runs the server to set it up.',
        retry: false,
      };
    case 'unknown':
      return {
        title: `${The} couldn’t be started`,
        text: 'Check that your system allows this browser to use camera and microphone, then try again.',
        retry: true,
      };
  }
};
