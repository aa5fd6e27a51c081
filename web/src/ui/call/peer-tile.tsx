// Somebody else's tile: their picture while it is on and has arrived, else their initials.
import type { ReadonlySignal } from '@preact/signals';
import type { PeerId } from '@sotto/signaling/protocol';
import type { RemotePeer } from '../../call/call-state.ts';
import { Avatar } from '../avatar.tsx';
import { Icon } from '../icon.tsx';
import { hueOf } from '../initials.ts';
import { Video } from '../video.tsx';
import { words } from '../words.ts';
import type { PlacedTile } from './arrange.ts';
import { PinButton } from './pin-button.tsx';
import { TileBox } from './tile-box.tsx';
import { TileName } from './tile-name.tsx';
import type { Pinning } from './use-pinning.ts';

interface PeerTileProps {
  readonly peer: RemotePeer;
  readonly placed: PlacedTile;
  readonly activeSpeaker: ReadonlySignal<PeerId | null>;
  readonly pinning: Pinning;
}

const LostMark = ({ name }: { readonly name: string }) => {
  const what = words.call.connectionLost(name);
  return (
    // The tab index lets Safari focus it on a tap.
    <button type="button" class="tile-mark" tabIndex={0} data-tip={what} aria-label={what}>
      <Icon name="wifi-off" small />
    </button>
  );
};

export const PeerTile = ({ peer, placed, activeSpeaker, pinning }: PeerTileProps) => {
  const { peerId, displayName, connected, micOn, camOn, camTrack } = peer;
  return (
    <TileBox
      placed={placed}
      testId="tile"
      peer={peerId}
      label={displayName}
      muted={!micOn}
      speaking={activeSpeaker.value === peerId}
      hue={hueOf(peerId)}
    >
      <Avatar name={displayName} id={peerId} />
      {camOn && camTrack && <Video track={camTrack} />}
      <TileName name={displayName} micOn={micOn} />
      <div class="tile-marks">
        {!connected && <LostMark name={displayName} />}
        <PinButton
          pinning={pinning}
          tileKey={placed.key}
          label={words.call.pin(displayName)}
          look="tile-mark"
        />
      </div>
    </TileBox>
  );
};
