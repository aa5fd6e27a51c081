// One's own picture: a tile like any other, mirrored; with one other person it floats in a corner.
import type { Signal } from '@preact/signals';
import type { Call } from '../../call/call-state.ts';
import { Avatar } from '../avatar.tsx';
import { isCameraOn, isMicrophoneOn } from '../devices/media-toggles.tsx';
import { hueOf } from '../initials.ts';
import type { Corner } from '../layout.ts';
import { useSettings } from '../use-settings.ts';
import { Video } from '../video.tsx';
import { words } from '../words.ts';
import type { PlacedTile } from './arrange.ts';
import { PinButton } from './pin-button.tsx';
import { TileBox } from './tile-box.tsx';
import { TileName } from './tile-name.tsx';
import { useFloating } from './use-floating.ts';
import type { Pinning } from './use-pinning.ts';

interface OwnTileProps {
  readonly call: Call;
  readonly placed: PlacedTile;
  readonly corner: Signal<Corner>;
  readonly pinning: Pinning;
}

export const OwnTile = ({ call, placed, corner, pinning }: OwnTileProps) => {
  const { selfPeerId, selfName, camTrack, activeSpeaker } = call.state;
  const { mirror } = useSettings().current.value;
  const floating = useFloating(corner);
  const peerId = selfPeerId.value;
  const track = isCameraOn(call) ? camTrack.value : null;
  const micOn = isMicrophoneOn(call);
  const floats = placed.place === 'float';
  return (
    <TileBox
      placed={placed}
      testId="self-tile"
      peer={peerId ?? undefined}
      label={floats ? words.call.ownFloating : words.call.you}
      muted={!micOn}
      speaking={peerId !== null && activeSpeaker.value === peerId}
      hue={hueOf(peerId ?? '')}
      {...(floats && { floating })}
    >
      <Avatar name={selfName.value} id={peerId ?? ''} />
      {track && <Video track={track} mirrored={mirror} />}
      <TileName name={words.call.you} micOn={micOn} />
      <div class="tile-marks">
        <PinButton
          pinning={pinning}
          tileKey={placed.key}
          label={words.call.ownPin}
          look="tile-mark"
        />
      </div>
    </TileBox>
  );
};
