// A shared screen: somebody's picture of it, or for one's own a card, lest it shows itself for ever.
import type { Call, RemotePeer } from '../../call/call-state.ts';
import { handOff } from '../hand-off.ts';
import { Icon } from '../icon.tsx';
import { Video } from '../video.tsx';
import { tileKeyWords } from '../words-encryption.ts';
import { qualityWords } from '../words-network.ts';
import { words } from '../words.ts';
import type { PlacedTile } from './arrange.ts';
import { KeyMark, KeyWords } from './key-mark.tsx';
import { PinButton } from './pin-button.tsx';
import { QualityMark } from './quality-mark.tsx';
import { TileBox } from './tile-box.tsx';
import { TileName } from './tile-name.tsx';
import type { Pinning } from './use-pinning.ts';

interface ScreenTileProps {
  readonly peer: RemotePeer;
  readonly placed: PlacedTile;
  readonly pinning: Pinning;
}

export const ScreenTile = ({ peer, placed, pinning }: ScreenTileProps) => {
  const title =
    peer.displayName === null ? words.call.someScreen : words.call.screenOf(peer.displayName);
  const { screenEncryption: encryption } = peer;
  const waits = encryption === 'waiting' ? tileKeyWords.waiting : words.call.waitingForScreen;
  return (
    <TileBox
      placed={placed}
      testId="screen-tile"
      peer={peer.peerId}
      label={title}
      encryption={encryption}
      quality={peer.quality}
    >
      {encryption !== 'failed' && <p class="tile-words">{waits}</p>}
      {peer.screenTrack && <Video track={peer.screenTrack} />}
      <KeyWords state={encryption} failed={tileKeyWords.failed.screen} />
      <TileName name={title} />
      <div class="tile-marks">
        <QualityMark
          quality={peer.quality}
          wordsOf={(how) => qualityWords.of(how, peer.displayName)}
        />
        <KeyMark
          state={encryption}
          waiting={tileKeyWords.waiting}
          failed={tileKeyWords.failed.screen}
        />
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
    encryption={call.state.ownEncryption.value}
    quality={call.state.ownQuality.value}
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
