// The people: every tile at its place. All tiles are siblings whatever the arrangement, so that no
// picture is made anew when somebody comes, goes or shares.
import { useSignal } from '@preact/signals';
import type { Call } from '../../call/call-state.ts';
import type { Corner, Size } from '../layout.ts';
import { useShortcuts } from '../use-shortcuts.ts';
import { useSize } from '../use-size.ts';
import { words } from '../words.ts';
import { arrange, type PlacedTile } from './arrange.ts';
import { OwnTile } from './own-tile.tsx';
import { PageTurner } from './page-turner.tsx';
import { PeerTile } from './peer-tile.tsx';
import { OwnScreenTile, ScreenTile } from './screen-tile.tsx';
import { useMoving } from './use-moving.ts';
import type { Pinning } from './use-pinning.ts';
import { useScreens } from './use-screens.ts';
import { useSwipe } from './use-swipe.ts';
import { useVisibleTiles } from './use-visible-tiles.ts';

/** A phone, held either way. */
const isCompact = ({ width, height }: Size): boolean => width < 600 || height < 400;

interface StageProps {
  readonly call: Call;
  readonly pinning: Pinning;
  /** Changes when something beside the stage comes or goes. */
  readonly beside: string;
}

export const Stage = ({ call, pinning, beside }: StageProps) => {
  const { ref, size } = useSize<HTMLDivElement>();
  const page = useSignal(0);
  const corner = useSignal<Corner>('bottom-end');
  const peers = call.state.peers.value;
  const arrangement = arrange({
    area: size,
    compact: isCompact(size),
    peerIds: peers.map(({ peerId }) => peerId),
    screens: useScreens(peers),
    ownScreen: call.state.screenOn.value,
    pinned: pinning.pinned.value,
    page: page.value,
    corner: corner.value,
  });
  const { tiles, pages } = arrangement;
  useVisibleTiles(call, tiles);
  const places = tiles.map(({ key, place }) => `${key}@${place}`).join(' ');
  const moving = useMoving(`${places} ${corner.value} ${beside}`);

  const turn = (by: 1 | -1) => {
    page.value = Math.min(pages - 1, Math.max(0, arrangement.page + by));
  };
  useShortcuts({ ArrowLeft: () => turn(-1), ArrowRight: () => turn(1) });
  const swipe = useSwipe(turn);

  const tileOf = (placed: PlacedTile) => {
    const { key, peerId, kind } = placed;
    if (peerId === null) {
      return kind === 'screen' ? (
        <OwnScreenTile key={key} call={call} placed={placed} />
      ) : (
        <OwnTile key={key} call={call} placed={placed} corner={corner} pinning={pinning} />
      );
    }
    const peer = peers.find((other) => other.peerId === peerId);
    if (!peer) return null;
    return kind === 'screen' ? (
      <ScreenTile key={key} peer={peer} placed={placed} pinning={pinning} />
    ) : (
      <PeerTile key={key} peer={peer} placed={placed} state={call.state} pinning={pinning} />
    );
  };

  return (
    <section class="stage" aria-label={words.call.stage} {...swipe}>
      <div ref={ref} class="tiles" data-moving={moving ? 'true' : undefined}>
        {tiles.map(tileOf)}
      </div>
      <PageTurner page={arrangement.page} pages={pages} onTurn={turn} />
    </section>
  );
};
