// One's own picture: a tile like any other, mirrored; with one other person it floats in a corner.
import type { Signal } from '@preact/signals';
import type { Call } from '../../call/call-state.ts';
import { Avatar } from '../avatar.tsx';
import { isCameraOn, isMicrophoneOn } from '../devices/media-toggles.tsx';
import { hueOf } from '../initials.ts';
import type { Corner } from '../layout.ts';
import { useSettings } from '../use-settings.ts';
import { Video } from '../video.tsx';
import { tileKeyWords } from '../words-encryption.ts';
import { qualityWords } from '../words-network.ts';
import { words } from '../words.ts';
import type { PlacedTile } from './arrange.ts';
import { KeyMark } from './key-mark.tsx';
import { PinButton } from './pin-button.tsx';
import { QualityMark } from './quality-mark.tsx';
import { TileBox } from './tile-box.tsx';
import { TileName } from './tile-name.tsx';
import { TileReactions } from './tile-reactions.tsx';
import { useFloating } from './use-floating.ts';
import type { Pinning } from './use-pinning.ts';

interface OwnTileProps {
  readonly call: Call;
  readonly placed: PlacedTile;
  readonly corner: Signal<Corner>;
  readonly pinning: Pinning;
}

export const OwnTile = ({ call, placed, corner, pinning }: OwnTileProps) => {
  const { selfPeerId, selfName, camTrack, activeSpeaker, ownEncryption, ownQuality } = call.state;
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
      encryption={ownEncryption.value}
      quality={ownQuality.value}
      {...(floats && { floating })}
    >
      <Avatar name={selfName.value} id={peerId ?? ''} />
      {track && <Video track={track} mirrored={mirror} />}
      <TileReactions reactions={call.state.reactions} peerId={peerId} />
      <TileName name={words.call.you} micOn={micOn} handRaised={call.state.handRaised.value} />
      <div class="tile-marks">
        <QualityMark quality={ownQuality.value} wordsOf={(how) => qualityWords.own[how]} />
        <KeyMark
          state={ownEncryption.value}
          waiting={tileKeyWords.ownWaiting}
          failed={tileKeyWords.ownFailed}
        />
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
