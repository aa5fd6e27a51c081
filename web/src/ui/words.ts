// Every word that the page says, in one place. Texts about devices are in words-devices.ts, about
// failures in words-failures.ts.

export const LOCALE = 'en';

const plural = new Intl.PluralRules(LOCALE);
const names = new Intl.ListFormat(LOCALE, { type: 'conjunction' });
const whole = new Intl.NumberFormat(LOCALE);

const people = (count: number): string =>
  plural.select(count) === 'one' ? '1 person' : `${whole.format(count)} people`;

/** Three by name; more, and their number says enough. */
const who = (list: readonly string[]): string =>
  list.length <= 3 ? names.format(list) : people(list.length);

export const words = {
  product: 'Sotto',
  titles: {
    home: 'Sotto',
    meeting: 'Meeting · Sotto',
  },
  home: {
    lead: 'Video meetings on a server of your own.',
    newMeeting: 'New meeting',
    linkLabel: 'Have a link or a code?',
    linkPlaceholder: 'Paste it here',
    open: 'Open',
    notALink:
      'That is neither a meeting link nor a code. A code has 24 letters, digits, dashes or underscores.',
    unreachable: 'The server can’t be reached right now. Check your connection and try again.',
    refused: 'The server couldn’t open a meeting right now. Try again in a moment.',
    /** Only what is true today. */
    facts: [
      {
        icon: 'door-open',
        title: 'No account needed',
        text: 'Whoever has the link can come in. Nobody signs up for anything.',
      },
      {
        icon: 'server',
        title: 'Runs on your own server',
        text: 'The whole of it is yours to host; no other company is in between.',
      },
      {
        icon: 'feather',
        title: 'Nothing is kept',
        text: 'No recordings and no history. When everybody has left, the room is gone.',
      },
    ],
  },
  lobby: {
    title: 'Ready to join?',
    nobodyYet: 'Nobody else is here yet',
    peopleHere: (count: number) => `${people(count)} already here`,
    name: 'Your name',
    namePlaceholder: 'How others will see you',
    nameMissing: 'Please enter your name, so that others know who joined.',
    nameUnusable: 'That name can’t be used. A shorter one, in ordinary letters, will do.',
    join: 'Join',
    joining: 'Joining…',
    joinWithoutMicrophone: 'Join without microphone',
    joinWithoutCamera: 'Join without camera',
    joinWithoutBoth: 'Join without camera and microphone',
    cameraOff: 'Your camera is off',
    cameraStarting: 'Starting your camera…',
    preview: 'Your picture',
    devices: 'Camera and sound',
  },
  call: {
    title: 'Meeting',
    you: 'You',
    named: (name: string) => `${name} (you)`,
    stage: 'People in the meeting',
    controls: 'Meeting controls',
    elapsed: 'Time in the meeting',
    microphone: 'Microphone',
    camera: 'Camera',
    share: 'Share your screen',
    people: 'People',
    more: 'More',
    leave: 'Leave',
    copyLink: 'Copy link',
    shareLink: 'Share',
    copied: 'Copied',
    linkCopied: 'Link copied',
    linkNotCopied: 'The link couldn’t be copied. It stands at the end of the list of people.',
    meetingLink: 'Meeting link',
    firstTitle: 'You’re the first one here',
    firstText: 'Send this link to whoever you want to meet.',
    joinMe: 'Join me in a meeting',
    screenOf: (name: string) => `${name}’s screen`,
    ownScreen: 'Your screen',
    sharing: 'You are sharing your screen',
    stopSharing: 'Stop sharing',
    waitingForScreen: 'Waiting for the picture…',
    connectionLost: (name: string) => `${name} lost the connection and is coming back`,
    reconnecting: 'Reconnecting…',
    ownFloating: 'Your picture. Arrow keys move it to another corner.',
    previousPage: 'Previous people',
    nextPage: 'More people',
    page: (page: number, pages: number) => `${whole.format(page)} / ${whole.format(pages)}`,
    pageOf: (page: number, pages: number) => `Page ${whole.format(page)} of ${whole.format(pages)}`,
    youJoined: (others: number) =>
      others === 0 ? 'You joined. Nobody else is here yet.' : `You joined. ${people(others)} here.`,
    joined: (list: readonly string[]) => `${who(list)} joined`,
    left: (list: readonly string[]) => `${who(list)} left`,
    microphoneOn: 'Microphone on',
    microphoneOff: 'Microphone off',
    speaking: 'Speaking',
    mutedKeys: 'You’re muted. Press M to be heard, or hold Space while you talk.',
    mutedTouch: 'You’re muted. Tap the microphone to be heard.',
    pin: (name: string) => `Pin ${name} to the stage`,
    ownPin: 'Pin yourself to the stage',
  },
  tips: {
    mute: 'Turn microphone off',
    unmute: 'Turn microphone on',
    cameraOff: 'Turn camera off',
    cameraOn: 'Turn camera on',
    share: 'Share your screen',
    stopSharing: 'Stop sharing',
    pin: 'Pin to the stage',
    unpin: 'Unpin',
  },
  more: {
    settings: 'Settings',
    fullScreen: 'Full screen',
    leaveFullScreen: 'Leave full screen',
    keyboard: 'Keyboard shortcuts',
  },
  settings: {
    picture: 'Your picture',
    mirror: 'Show me as in a mirror',
    look: 'Outside meetings',
    theme: 'Theme',
    themes: { system: 'Theme of the system', light: 'Light theme', dark: 'Dark theme' },
  },
  panels: {
    people: (count: number) => `People · ${whole.format(count)}`,
    settings: 'Settings',
    invite: 'Invite with this link',
    close: 'Close',
    coming: 'Reconnecting…',
  },
  keyboard: {
    title: 'Keyboard shortcuts',
    space: 'Space',
    keys: {
      microphone: 'Microphone on or off',
      talk: 'Hold to talk while muted',
      camera: 'Camera on or off',
      share: 'Share your screen',
      people: 'People',
      pages: 'Other people, page by page',
      help: 'This help',
    },
  },
  notices: {
    'share-refused': 'Your screen isn’t shared: the browser or you said no.',
    'device-lost': 'A microphone or camera was unplugged. The settings show what is used now.',
    'media-rebuilding': 'Picture and sound are coming back…',
    'request-refused': 'That didn’t work. Try again in a moment.',
    dismiss: 'Dismiss',
  },
  after: {
    title: 'You left the meeting',
    stayed: (duration: string) => `You were there for ${duration}.`,
    nothingKept: 'Nothing was kept: no recording, no history.',
    rejoin: 'Join again',
    home: 'Go to the start page',
  },
} as const;
