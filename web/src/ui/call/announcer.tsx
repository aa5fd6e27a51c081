// Says politely to screen readers that one is in, who came and who left; others see it.
import { useSignal, useSignalEffect } from '@preact/signals';
import type { PeerId } from '@sotto/signaling/protocol';
import { useRef } from 'preact/hooks';
import type { CallState } from '../../call/call-state.ts';
import { words } from '../words.ts';

type Names = ReadonlyMap<PeerId, string>;

const missingFrom = (names: Names, others: Names): readonly string[] =>
  [...names].filter(([peerId]) => !others.has(peerId)).map(([, name]) => name);

export const comingsAndGoings = (before: Names, after: Names): string => {
  const joined = missingFrom(after, before);
  const left = missingFrom(before, after);
  return [
    ...(joined.length > 0 ? [words.call.joined(joined)] : []),
    ...(left.length > 0 ? [words.call.left(left)] : []),
  ].join('. ');
};

export const Announcer = ({ state }: { readonly state: CallState }) => {
  const text = useSignal('');
  const known = useRef<Names | null>(null);
  useSignalEffect(() => {
    const now: Names = new Map(
      state.peers.value.map(({ peerId, displayName }) => [peerId, displayName]),
    );
    const news =
      known.current === null
        ? words.call.youJoined(now.size)
        : comingsAndGoings(known.current, now);
    known.current = now;
    if (news !== '') text.value = news;
  });
  return (
    <p class="sr-only" role="status" data-testid="announcer">
      {text}
    </p>
  );
};
