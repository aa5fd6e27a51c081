// A call that nobody is in: the real state, filled by hand, behind the actions that the views call.
import { PeerId } from '@sotto/signaling/protocol';
import {
  type Call,
  type CallState,
  type ChatMessage,
  type ChosenDevices,
  createCallState,
  type Reaction,
  type RemotePeer,
} from '../src/call/call-state.ts';
import type { Preferences } from '../src/call/preferences.ts';
import { fakeGroup, fakeSafetyCode } from './fake-group.ts';
import { fakeNetwork, pathOf } from './fake-network.ts';
import { portrait } from './portraits.ts';

const NAMES = [
  'Ada Lovelace',
  'Bảo Trân Nguyễn',
  'Chidi Okafor',
  'Dörte Freifrau von Schaumburg-Lippe-Biesterfeld',
  'Elif Yılmaz',
  'فاطمة الزهراء',
  'Grace',
  'Hiroshi Tanaka',
  'Ines García Márquez',
  'João Pereira',
  'Katarzyna Wójcik',
  'Lars',
  '李小龍',
];

export const peerIdOf = (index: number): PeerId => PeerId.parse(`peer${index}`.padEnd(16, 'x'));

export const nameAt = (index: number): string => NAMES[(index - 1) % NAMES.length] ?? '';

export const fakePeer = (index: number, changes: Partial<RemotePeer> = {}): RemotePeer => ({
  peerId: peerIdOf(index),
  displayName: nameAt(index),
  connected: true,
  micOn: index % 3 !== 0,
  camOn: index % 4 !== 3,
  screenOn: false,
  camTrack: index % 4 === 3 ? null : portrait(index),
  screenTrack: null,
  encryption: 'ok',
  screenEncryption: 'ok',
  quality: null,
  hidesAddress: false,
  handRaisedAt: null,
  ...changes,
});

const device = (kind: MediaDeviceKind, deviceId: string, label: string): MediaDeviceInfo => ({
  kind,
  deviceId,
  label,
  groupId: 'gallery',
  toJSON: () => ({}),
});

const LEVEL_EVERY_MS = 100;

/** Chat, reactions and the hand: everything that is sent arrives, but for what says that it fails. */
const talking = (state: CallState): Pick<Call, 'sendChat' | 'react' | 'setHand'> => {
  let last = 1000;
  return {
    sendChat: async (text) => {
      const id = ++last;
      const message: ChatMessage = {
        id,
        peerId: state.selfPeerId.value ?? '',
        name: state.selfName.value,
        text,
        at: Date.now(),
        isOwn: true,
        state: 'sending',
      };
      state.chat.value = [...state.chat.value, message];
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const settled = { ...message, state: text.includes('fails') ? 'failed' : 'sent' } as const;
      state.chat.value = state.chat.value.map((other) => (other.id === id ? settled : other));
    },
    react: async (symbol) => {
      const own: Reaction = { id: ++last, peerId: state.selfPeerId.value ?? '', symbol };
      state.reactions.value = [...state.reactions.value, own];
    },
    setHand: async (raised) => {
      state.handRaised.value = raised;
    },
  };
};

export interface FakeCall extends Call {
  /** Of all that was told, the last; and what that was when the devices were opened. */
  readonly preferred: () => Preferences;
  readonly openedWith: () => Preferences | null;
}

export const createFakeCall = (chosen: ChosenDevices): FakeCall => {
  const state = createCallState();
  state.selfPeerId.value = peerIdOf(0);
  state.selfName.value = 'Mira Sørensen';
  state.camTrack.value = portrait(44);
  state.joinedAt.value = Date.now() - 754_000;
  state.devices.value = {
    microphones: [
      device('audioinput', 'm1', 'Headset Microphone (Jabra Evolve2 65 Flex Stereo)'),
      device('audioinput', 'm2', 'Built-in Microphone'),
    ],
    cameras: [device('videoinput', 'c1', 'FaceTime HD Camera')],
    speakers: [device('audiooutput', 's1', 'Headset (Jabra Evolve2 65 Flex Stereo)')],
  };
  state.microphoneId.value = chosen.microphoneId ?? 'm1';
  state.cameraId.value = chosen.cameraId ?? 'c1';
  state.speakerId.value = chosen.speakerId ?? 's1';
  state.ownEncryption.value = 'ok';
  state.group.value = fakeGroup(state);

  let beat = 0;
  const levels = setInterval(() => {
    beat++;
    state.micLevel.value = Math.abs(Math.sin(beat / 3)) ** 2 * 0.5;
  }, LEVEL_EVERY_MS);
  state.micTrack.value = state.camTrack.value;

  const network = fakeNetwork(state);
  let openedWith: Preferences | null = null;
  const leave = () => {
    state.phase.value = { name: 'left', joinedForMs: 754_000 };
  };
  // As the real one: closing the tab or going elsewhere is a leave.
  const left = new AbortController();
  addEventListener('pagehide', leave, { signal: left.signal });

  return {
    state,
    openedWith: () => openedWith,
    openDevices: async () => {
      openedWith ??= network.preferred();
    },
    join: async (displayName) => {
      state.selfName.value = displayName;
      state.callPath.value ??= pathOf(state, network.preferred());
      state.phase.value = { name: 'joined' };
    },
    leave,
    setMic: async (on) => {
      state.micOn.value = on;
    },
    setCamera: async (on) => {
      state.camOn.value = on;
    },
    setScreen: async (on) => {
      state.screenOn.value = on;
    },
    chooseMicrophone: async (id) => {
      state.microphoneId.value = id;
    },
    chooseCamera: async (id) => {
      state.cameraId.value = id;
    },
    chooseSpeaker: async (id) => {
      state.speakerId.value = id;
    },
    ...network,
    showTiles: (tiles) => {
      document.body.dataset['visible'] = String(tiles.length);
      document.body.dataset['tiles'] = JSON.stringify(tiles);
    },
    countPeople: async () => 3,
    ...talking(state),
    safetyCode: async () => fakeSafetyCode(state.group.value?.epoch ?? 0),
    markCompared: () => {
      state.group.value = fakeGroup(state, { comparison: 'compared' });
    },
    close: () => {
      clearInterval(levels);
      left.abort();
    },
  };
};
