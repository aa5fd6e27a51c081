// A shared screen: somebody's picture of it, or for one's own a card, lest it shows itself for ever.
import type { Call, RemotePeer } from '../../call/call-state.ts';
import { handOff } from '../hand-off.ts';
import { Icon } from '../icon.tsx';
import { Video } from '../video.tsx';
import { words } from '../words.ts';
import type { PlacedTile } from './arrange.ts';
import { PinButton } from './pin-button.tsx';
import { TileBox } from './tile-box.tsx';
import { TileName } from './tile-name.tsx';
import type { Pinning } from './use-pinning.ts';

interface ScreenTileProps {
  readonly peer: RemotePeer;
  readonly placed: PlacedTile;
  readonly pinning: Pinning;
}

export const ScreenTile = ({ peer, placed, pinning }: ScreenTileProps) => {
  const title = words.call.screenOf(peer.displayName);
  return (
    <TileBox placed={placed} testId="screen-tile" peer={peer.peerId} label={title}>
      <p class="tile-words">{words.call.waitingForScreen}</p>
      {peer.screenTrack && <Video track={peer.screenTrack} />}
      <TileName name={title} />
      <div class="tile-marks">
        <PinButton
          pinning={pinning}
          tileKey={placed.key}
          label={words.call.pin(title)}
          look="tile-mark"
        />
      </div>
    </TileBox>
  );
};

interface OwnScreenTileProps {
  readonly call: Call;
  readonly placed: PlacedTile;
}

export const OwnScreenTile = ({ call, placed }: OwnScreenTileProps) => (
  <TileBox
    placed={placed}
    testId="screen-tile"
    peer={call.state.selfPeerId.value ?? undefined}
    label={words.call.ownScreen}
  >
    <div class="tile-card">
      <p>{words.call.sharing}</p>
      <button type="button" class="button" onClick={() => handOff(call.setScreen(false))}>
        <Icon name="monitor-x" />
        {words.call.stopSharing}
      </button>
    </div>
  </TileBox>
);
