// The reactions that one can show: behind a button of their own, or on top of the “More” menu.
import { type Call, REACTIONS } from '../../call/call-state.ts';
import { handOff } from '../hand-off.ts';
import { reactionWords } from '../words-chat.ts';
import { BarMenu } from './bar-menu.tsx';

interface ReactionRowProps {
  readonly call: Call;
  readonly onDone: () => void;
}

export const ReactionRow = ({ call, onDone }: ReactionRowProps) => (
  <div class="reaction-row" role="group" aria-label={reactionWords.menu}>
    {REACTIONS.map((symbol) => (
      <button
        key={symbol}
        type="button"
        class="tool reaction"
        data-testid={`react-${symbol}`}
        aria-label={reactionWords.names[symbol]}
        onClick={() => {
          onDone();
          handOff(call.react(symbol));
        }}
      >
        {symbol}
      </button>
    ))}
  </div>
);

export const ReactionsMenu = ({ call }: { readonly call: Call }) => (
  <BarMenu icon="smile" label={reactionWords.menu} testId="reactions">
    {(close) => <ReactionRow call={call} onDone={close} />}
  </BarMenu>
);
