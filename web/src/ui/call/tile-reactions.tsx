// What somebody has just shown, over their tile. The announcer says it to readers.
import type { ReadonlySignal } from '@preact/signals';
import type { Reaction } from '../../call/call-state.ts';

/** More at a time would hide the person. */
const AT_MOST = 4;

interface TileReactionsProps {
  readonly reactions: ReadonlySignal<readonly Reaction[]>;
  readonly peerId: string | null;
}

export const TileReactions = ({ reactions, peerId }: TileReactionsProps) => {
  const shown = reactions.value.filter((reaction) => reaction.peerId === peerId).slice(-AT_MOST);
  if (shown.length === 0) return null;
  return (
    <div class="tile-reactions" aria-hidden="true">
      {shown.map(({ id, symbol }) => (
        <span key={id} class="tile-reaction" data-testid="reaction">
          {symbol}
        </span>
      ))}
    </div>
  );
};
