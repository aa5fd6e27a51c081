// Scenes of how a call travels: directly or through the server, well or badly, and its figures.
import type { CallPath, NetworkTrouble } from '../src/call/call-state.ts';
import type { Quality } from '../src/call/stats/call-details.ts';
import { sharedScreen } from './portraits.ts';
import { pressing, type Scene, withOthers } from './scene.ts';

const focusing = (scene: Scene, focus: string): Scene => ({ ...scene, focus });

const travelling = (others: number, callPath: CallPath): Scene =>
  focusing(
    withOthers(others, null, ({ state }) => {
      state.callPath.value = callPath;
    }),
    'call-mode',
  );

const sfu = (reason: CallPath['reason']): CallPath => ({ path: 'sfu', reason });

const trouble = (what: NetworkTrouble): Scene =>
  withOthers(3, 1, ({ state }) => {
    state.networkTrouble.value = what;
    state.ownQuality.value = what === 'weak-upload' ? 'poor' : 'good';
  });

const QUALITIES: readonly (Quality | null)[] = ['poor', 'fair', 'good', null];

const qualities = (others: number): Scene =>
  withOthers(others, 2, ({ state }) => {
    state.peers.value = state.peers.value.map((peer, index) => ({
      ...peer,
      quality: QUALITIES[index % QUALITIES.length] ?? null,
    }));
    state.ownQuality.value = 'fair';
  });

export const networkScenes: Readonly<Record<string, Scene>> = {
  'mode-direct': travelling(1, { path: 'p2p', reason: null }),
  'mode-people': travelling(5, sfu('people')),
  'mode-address-hidden': travelling(1, sfu('address-hidden')),
  'mode-not-connected': travelling(1, sfu('not-connected')),
  'mode-server': travelling(1, sfu('server')),
  quality: qualities(6),
  'quality-two': qualities(1),
  'quality-words': focusing(qualities(3), 'quality-mark'),
  'quality-twenty-five': withOthers(24, 7, ({ state }) => {
    state.peers.value = state.peers.value.map((peer, index) => ({
      ...peer,
      quality: QUALITIES[index % QUALITIES.length] ?? null,
      encryption: index % 5 === 0 ? 'waiting' : 'ok',
      connected: index % 6 !== 4,
    }));
  }),
  'quality-share': withOthers(3, null, ({ state }) => {
    const [first, ...others] = state.peers.value;
    if (!first) return;
    const screen = { screenOn: true, screenTrack: sharedScreen(), quality: 'poor' } as const;
    state.peers.value = [{ ...first, ...screen }, ...others];
  }),
  'weak-upload': trouble('weak-upload'),
  'weak-download': trouble('weak-download'),
  'reconnecting-media': trouble('reconnecting-media'),
  'audio-only': pressing(withOthers(6, 2), 'more', 'menu-audio-only'),
  details: pressing(withOthers(5, 2), 'more', 'details-open'),
  'details-direct': pressing(withOthers(1), 'more', 'details-open'),
  'settings-network': focusing(pressing(withOthers(1), 'more', 'settings'), 'setting-hide-address'),
  'lobby-settings': { path: 'room', press: ['lobby-settings'] },
};
