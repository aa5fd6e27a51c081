// How a made-up call travels, and what it makes of what the person prefers.
import { effect } from '@preact/signals';
import type { Call, CallPath, CallState } from '../src/call/call-state.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../src/call/preferences.ts';
import { fakeDetails } from './fake-details.ts';

/** As the room's record would have it. */
export const pathOf = (state: CallState, { hideAddress }: Preferences): CallPath => {
  if (state.peers.value.length > 1) return { path: 'sfu', reason: 'people' };
  if (hideAddress) return { path: 'sfu', reason: 'address-hidden' };
  return { path: 'p2p', reason: null };
};

/** No cameras come in while they are not wanted; those that were there come back. */
const receiving = (state: CallState) => {
  const kept = new Map<string, MediaStreamTrack | null>();
  return (audioOnly: boolean): void => {
    state.peers.value = state.peers.value.map((peer) => {
      if (audioOnly) kept.set(peer.peerId, peer.camTrack);
      return { ...peer, camTrack: audioOnly ? null : (kept.get(peer.peerId) ?? peer.camTrack) };
    });
  };
};

interface FakeNetwork extends Pick<Call, 'prefer' | 'watchDetails'> {
  readonly preferred: () => Preferences;
}

export const fakeNetwork = (state: CallState): FakeNetwork => {
  const receive = receiving(state);
  let preferred = DEFAULT_PREFERENCES;
  return {
    preferred: () => preferred,
    prefer: (preferences) => {
      const { callPath } = state;
      if (preferences.audioOnly !== preferred.audioOnly) receive(preferences.audioOnly);
      // What a scene says of the path stands until the person says otherwise.
      const isOther = preferences.hideAddress !== preferred.hideAddress;
      if (isOther && callPath.value !== null) callPath.value = pathOf(state, preferences);
      preferred = preferences;
    },
    watchDetails: () => {
      const stop = effect(() => {
        state.details.value = fakeDetails(state);
      });
      return () => {
        stop();
        state.details.value = null;
      };
    },
  };
};
