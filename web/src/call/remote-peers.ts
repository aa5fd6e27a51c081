// The others as the views see them, from the room and the tracks that have arrived. Whoever has not
// changed stays the same object, so that their tile is not drawn again.
import type { PeerId, PeerView, ProducerId, Stream } from '@sotto/signaling/protocol';
import type { RemotePeer } from './call-state.ts';

export type Tracks = ReadonlyMap<ProducerId, MediaStreamTrack>;

const trackOf = ({ on, producerId }: Stream, tracks: Tracks): MediaStreamTrack | null =>
  on && producerId !== undefined ? (tracks.get(producerId) ?? null) : null;

const toRemotePeer = (
  { peerId, displayName, connected, streams }: PeerView,
  tracks: Tracks,
): RemotePeer => ({
  peerId,
  displayName,
  connected,
  micOn: streams.mic.on,
  camOn: streams.cam.on,
  screenOn: streams.screen.on,
  camTrack: trackOf(streams.cam, tracks),
  screenTrack: trackOf(streams.screen, tracks),
});

const isSame = (a: RemotePeer, b: RemotePeer): boolean =>
  a.displayName === b.displayName &&
  a.connected === b.connected &&
  a.micOn === b.micOn &&
  a.camOn === b.camOn &&
  a.screenOn === b.screenOn &&
  a.camTrack === b.camTrack &&
  a.screenTrack === b.screenTrack;

/** `others`: everybody but the own peer, in the order of joining. The same list if all is the same. */
export const remotePeers = (
  previous: readonly RemotePeer[],
  others: readonly PeerView[],
  tracks: Tracks,
): readonly RemotePeer[] => {
  const known = new Map<PeerId, RemotePeer>(previous.map((peer) => [peer.peerId, peer]));
  const peers = others.map((view) => {
    const now = toRemotePeer(view, tracks);
    const before = known.get(view.peerId);
    return before !== undefined && isSame(before, now) ? before : now;
  });
  const isUnchanged =
    peers.length === previous.length && peers.every((peer, index) => peer === previous[index]);
  return isUnchanged ? previous : peers;
};
