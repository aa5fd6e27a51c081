// The order of the people panel: raised hands first, whoever raised theirs first; the others as they came.
import type { RemotePeer } from '../../call/call-state.ts';

export const handsFirst = <P extends Pick<RemotePeer, 'handRaisedAt'>>(
  peers: readonly P[],
): readonly P[] =>
  // Sorting keeps the order of those who compare alike.
  peers.toSorted((a, b) => {
    if (a.handRaisedAt === b.handRaisedAt) return 0;
    return (a.handRaisedAt ?? Infinity) - (b.handRaisedAt ?? Infinity);
  });
