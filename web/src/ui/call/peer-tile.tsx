// Somebody else's tile: their picture while it is on, has arrived and can be decrypted, else their
// initials.
import type { CallState, RemotePeer } from '../../call/call-state.ts';
import { Avatar } from '../avatar.tsx';
import { Icon } from '../icon.tsx';
import { hueOf } from '../initials.ts';
import { Video } from '../video.tsx';
import { tileKeyWords } from '../words-encryption.ts';
import { qualityWords } from '../words-network.ts';
import { words } from '../words.ts';
import type { PlacedTile } from './arrange.ts';
import { KeyMark, KeyWords } from './key-mark.tsx';
import { nameOf } from './peer-name.ts';
import { PinButton } from './pin-button.tsx';
import { QualityMark } from './quality-mark.tsx';
import { TileBox } from './tile-box.tsx';
import { TileMark } from './tile-mark.tsx';
import { TileName } from './tile-name.tsx';
import { TileReactions } from './tile-reactions.tsx';
import type { Pinning } from './use-pinning.ts';

interface PeerTileProps {
  readonly peer: RemotePeer;
  readonly placed: PlacedTile;
  readonly state: Pick<CallState, 'activeSpeaker' | 'reactions'>;
  readonly pinning: Pinning;
}

export const PeerTile = ({ peer, placed, state, pinning }: PeerTileProps) => {
  const { peerId, displayName, connected, micOn, camOn, camTrack, encryption, quality } = peer;
  const name = nameOf(peer);
  const failed = camOn ? tileKeyWords.failed.video : tileKeyWords.failed.sound;
  return (
    <TileBox
      placed={placed}
      testId="tile"
      peer={peerId}
      label={name}
      muted={!micOn}
      speaking={state.activeSpeaker.value === peerId}
      hue={hueOf(peerId)}
      encryption={encryption}
      quality={quality}
    >
      <Avatar name={displayName} id={peerId} />
      {camOn && camTrack && <Video track={camTrack} />}
      <KeyWords state={encryption} failed={failed} />
      <TileReactions reactions={state.reactions} peerId={peerId} />
      <TileName name={name} micOn={micOn} handRaised={peer.handRaisedAt !== null} />
      <div class="tile-marks">
        {connected ? (
          <QualityMark quality={quality} wordsOf={(how) => qualityWords.of(how, displayName)} />
        ) : (
          <TileMark what={words.call.connectionLost(name)} testId="lost-mark">
            <Icon name="wifi-off" small />
          </TileMark>
        )}
        <KeyMark state={encryption} waiting={tileKeyWords.waiting} failed={failed} />
        <PinButton
          pinning={pinning}
          tileKey={placed.key}
          label={words.call.pin(name)}
          look="tile-mark"
        />
      </div>
    </TileBox>
  );
};
