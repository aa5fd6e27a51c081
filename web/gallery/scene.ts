// What a scene of the gallery is, and the ways to make one.
import type { Call } from '../src/call/call-state.ts';
import { DEFAULT_PREFERENCES } from '../src/call/preferences.ts';
import { fakePeer, peerIdOf } from './fake-call.ts';
import { fakeGroup } from './fake-group.ts';
import { pathOf } from './fake-network.ts';

export interface Scene {
  readonly path: '/' | 'room' | '/nowhere';
  /** What stands behind `#`; left out, a key that fits. */
  readonly key?: string;
  readonly set?: (call: Call) => void;
  /** Pressed, in this order, once the page stands: test ids. */
  readonly press?: readonly string[];
  /** Has the focus in the end: a test id. */
  readonly focus?: string;
}

/** Everybody is in the group unless `set` says otherwise. */
export const inCall = (set: (call: Call) => void, press: readonly string[] = []): Scene => ({
  path: 'room',
  press,
  set: (call) => {
    const { state } = call;
    state.phase.value = { name: 'joined' };
    const before = state.group.value;
    set(call);
    state.callPath.value ??= pathOf(state, DEFAULT_PREFERENCES);
    if (state.group.value === before) state.group.value = fakeGroup(state);
  },
});

export const withOthers = (
  count: number,
  speaking: number | null = 1,
  set: (call: Call) => void = () => undefined,
): Scene =>
  inCall((call) => {
    const { state } = call;
    state.peers.value = Array.from({ length: count }, (_, index) => fakePeer(index + 1));
    if (speaking !== null) state.levels.value = new Map([[peerIdOf(speaking), -20]]);
    set(call);
  });

export const pressing = (scene: Scene, ...press: readonly string[]): Scene => ({ ...scene, press });
