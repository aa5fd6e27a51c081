// Says politely to screen readers what others see: that one is in, who came and who left, who raised a
// hand, and reactions.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { CallState } from '../../call/call-state.ts';
import { handWords, reactionWords } from '../words-chat.ts';
import { words } from '../words.ts';
import { comingsAndGoings, type Known } from './comings.ts';
import { nameOf } from './peer-name.ts';

interface SaidProps {
  readonly testId: string;
  /** Reads signals; null while there is nothing new. */
  readonly news: () => string | null;
}

const Said = ({ testId, news }: SaidProps) => {
  const text = useSignal('');
  useSignalEffect(() => {
    const said = news();
    if (said !== null) text.value = said;
  });
  return (
    <p class="sr-only" role="status" data-testid={testId}>
      {text}
    </p>
  );
};

const sentences = (...parts: readonly (string | null)[]): string | null =>
  parts.filter((part) => part !== null).join('. ') || null;

const usePeopleNews = ({ peers }: CallState) => {
  const known = useRef<Known | null>(null);
  return () => {
    const isFirst = known.current === null;
    const step = comingsAndGoings(known.current, peers.value);
    known.current = step.known;
    if (isFirst) return words.call.youJoined(peers.value.length);
    return sentences(
      step.joined.length > 0 ? words.call.joined(step.joined) : null,
      step.left.length > 0 ? words.call.left(step.left) : null,
    );
  };
};

const useHandNews = ({ peers }: CallState) => {
  const before = useRef<ReadonlySet<string>>(new Set());
  return () => {
    const raised = peers.value.filter(({ handRaisedAt }) => handRaisedAt !== null);
    const news = raised.filter(({ peerId }) => !before.current.has(peerId));
    before.current = new Set(raised.map(({ peerId }) => peerId));
    return news.length > 0 ? handWords.raised(news.map(nameOf)) : null;
  };
};

const useReactionNews = ({ reactions, peers, selfPeerId }: CallState) => {
  const last = useRef(-1);
  return () => {
    const news = reactions.value.filter(
      ({ id, peerId }) => id > last.current && peerId !== selfPeerId.peek(),
    );
    last.current = reactions.value.at(-1)?.id ?? last.current;
    return sentences(
      ...news.map(({ peerId, symbol }) => {
        const sender = peers.peek().find((peer) => peer.peerId === peerId);
        return sender ? reactionWords.by(nameOf(sender), symbol) : null;
      }),
    );
  };
};

export const Announcer = ({ state }: { readonly state: CallState }) => (
  <>
    <Said testId="announcer" news={usePeopleNews(state)} />
    <Said testId="announcer-hands" news={useHandNews(state)} />
    <Said testId="announcer-reactions" news={useReactionNews(state)} />
  </>
);
