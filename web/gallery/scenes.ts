// What the gallery shows: each scene turns a fresh made-up call into one moment of the page.
import type { FailReason } from '../src/call/call-state.ts';
import { encryptedScenes } from './scenes-encrypted.ts';
import { networkScenes } from './scenes-network.ts';
import { inCall, pressing, type Scene, withOthers } from './scene.ts';
import { fakePeer, peerIdOf } from './fake-call.ts';
import { portrait, sharedScreen } from './portraits.ts';

const failed = (reason: FailReason): Scene => ({
  path: 'room',
  set: ({ state }) => {
    state.phase.value = { name: 'failed', reason };
  },
});

const sharing = (count: number) =>
  inCall(({ state }) => {
    state.peers.value = [
      fakePeer(1, { screenOn: true, screenTrack: sharedScreen() }),
      ...Array.from({ length: count - 1 }, (_, index) => fakePeer(index + 2)),
    ];
    state.levels.value = new Map([[peerIdOf(1), -20]]);
  });

/** What the README shows. */
const meeting = inCall(({ state }) => {
  const faces = [4, 13, 1, 9, 12, 2];
  state.peers.value = [1, 2, 5, 7, 8, 10].map((index, at) =>
    fakePeer(index, {
      micOn: at !== 3,
      camOn: at !== 4,
      camTrack: at === 4 ? null : portrait(faces[at] ?? 1),
    }),
  );
  state.levels.value = new Map([[peerIdOf(5), -20]]);
});

export const scenes: Readonly<Record<string, Scene>> = {
  home: { path: '/' },
  lobby: { path: 'room' },
  'lobby-off': {
    path: 'room',
    set: ({ state }) => {
      [state.camOn.value, state.micOn.value] = [false, false];
    },
  },
  'lobby-denied': {
    path: 'room',
    set: ({ state }) => {
      [state.camTrack.value, state.micTrack.value] = [null, null];
      [state.camProblem.value, state.micProblem.value] = ['denied', 'denied'];
      state.devices.value = { microphones: [], cameras: [], speakers: [] };
    },
  },
  'lobby-insecure': {
    path: 'room',
    set: ({ state }) => {
      [state.camTrack.value, state.micTrack.value] = [null, null];
      [state.camProblem.value, state.micProblem.value] = ['insecure-context', 'insecure-context'];
      state.devices.value = { microphones: [], cameras: [], speakers: [] };
    },
  },
  'lobby-two-problems': {
    path: 'room',
    set: ({ state }) => {
      [state.camTrack.value, state.micTrack.value] = [null, null];
      [state.camProblem.value, state.micProblem.value] = ['missing', 'in-use'];
    },
  },
  alone: inCall(() => undefined),
  two: withOthers(1),
  'two-upright': inCall(({ state }) => {
    state.peers.value = [fakePeer(2, { camTrack: portrait(2, true) })];
  }),
  'two-no-camera': inCall(({ state }) => {
    state.peers.value = [fakePeer(4, { camOn: false, camTrack: null, micOn: false })];
    state.camOn.value = false;
  }),
  three: withOthers(2),
  seven: withOthers(6, 2),
  meeting,
  'twenty-five': withOthers(24, 7),
  forty: withOthers(39, 5),
  share: sharing(1),
  'share-seven': sharing(6),
  'share-forty': sharing(39),
  'own-share': inCall(({ state }) => {
    state.screenOn.value = true;
    state.peers.value = [fakePeer(1), fakePeer(2)];
  }),
  pinned: {
    ...withOthers(6),
    press: ['toggle-people', 'pin'],
  },
  'device-lost': inCall((call) => {
    call.state.peers.value = [fakePeer(1), fakePeer(2)];
    call.state.micOn.value = false;
    call.state.notice.value = 'device-lost';
  }),
  people: pressing(withOthers(6), 'toggle-people'),
  settings: pressing(withOthers(2), 'more', 'settings'),
  menu: pressing(withOthers(3), 'more'),
  keyboard: pressing(withOthers(3), 'more', 'keyboard'),
  trouble: pressing(
    inCall(({ state }) => {
      state.peers.value = [1, 2, 3, 4, 5].map((index) =>
        fakePeer(index, { connected: index !== 2 && index !== 4 }),
      );
      state.connection.value = 'reconnecting';
      state.notice.value = 'device-lost';
      state.micOn.value = false;
    }),
    'more',
    'menu-copy-link',
  ),
  after: {
    path: 'room',
    set: ({ state }) => {
      state.phase.value = { name: 'left', joinedForMs: 3_847_000 };
    },
  },
  'room-not-found': failed('room-not-found'),
  unreachable: failed('unreachable'),
  replaced: failed('replaced'),
  'unsupported-browser': failed('unsupported-browser'),
  'not-found': { path: '/nowhere' },
  ...encryptedScenes,
  ...networkScenes,
};
