// Whom the person wants to see large, whoever speaks or shares: one at a time, on this screen only.
import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { CallState } from '../../call/call-state.ts';

export interface Pinning {
  /** The tile's key (arrange.ts). */
  readonly pinned: ReadonlySignal<string | null>;
  /** Two people see each other large anyway. */
  readonly isOffered: boolean;
  readonly toggle: (key: string) => void;
}

export const usePinning = ({ peers, screenOn }: CallState): Pinning => {
  const pinned = useSignal<string | null>(null);
  const isShared = screenOn.value || peers.value.some((peer) => peer.screenOn);
  return {
    pinned,
    isOffered: isShared || peers.value.length > 1,
    toggle: (key) => (pinned.value = pinned.value === key ? null : key),
  };
};
