// The others as the views see them, from the room, the group and the tracks that have arrived. Whoever
// has not changed stays the same object, so that their tile is not drawn again.
import type { PeerId, PeerView, StreamSource } from '@sotto/signaling/protocol';
import type { KeyState, RemotePeer } from './call-state.ts';
import type { Quality } from './stats/call-details.ts';

/** Names a stream of somebody, by whichever way it comes. */
export type StreamKey = `${PeerId} ${StreamSource}`;
export const streamKey = (peerId: PeerId, source: StreamSource): StreamKey => `${peerId} ${source}`;

export type Tracks = ReadonlyMap<StreamKey, MediaStreamTrack>;

/** What is known of the others besides what the server says. */
export interface Known {
  readonly tracks: Tracks;
  /** By peer id, as the group has them. */
  readonly names: ReadonlyMap<string, string>;
  /** Null for what nothing has come of. */
  readonly keyState: (peerId: PeerId, source: StreamSource) => KeyState | null;
  readonly qualities: ReadonlyMap<string, Quality>;
  /** By peer id: when it went up. */
  readonly hands: ReadonlyMap<string, number>;
}

const trackOf = (
  { peerId, streams }: PeerView,
  source: StreamSource,
  tracks: Tracks,
): MediaStreamTrack | null =>
  streams[source].on ? (tracks.get(streamKey(peerId, source)) ?? null) : null;

const WORST: readonly KeyState[] = ['failed', 'waiting', 'ok'];

/** The worst of all that is on; what is on and has not come yet is awaited by other means. */
const keyStateOf = (
  { peerId, streams }: PeerView,
  sources: readonly StreamSource[],
  { keyState }: Known,
): KeyState => {
  const states = sources
    .filter((source) => streams[source].on)
    .map((source) => keyState(peerId, source));
  return WORST.find((state) => states.includes(state)) ?? 'ok';
};

const toRemotePeer = (view: PeerView, known: Known): RemotePeer => {
  const { peerId, connected, direct, streams } = view;
  const name = known.names.get(peerId) ?? null;
  return {
    peerId,
    displayName: name,
    connected,
    micOn: streams.mic.on,
    camOn: streams.cam.on,
    screenOn: streams.screen.on,
    camTrack: trackOf(view, 'cam', known.tracks),
    screenTrack: trackOf(view, 'screen', known.tracks),
    encryption: name === null ? 'waiting' : keyStateOf(view, ['mic', 'cam'], known),
    screenEncryption:
      name === null ? 'waiting' : keyStateOf(view, ['screen', 'screenAudio'], known),
    quality: known.qualities.get(peerId) ?? null,
    hidesAddress: !direct,
    handRaisedAt: known.hands.get(peerId) ?? null,
  };
};

const isSame = (a: RemotePeer, b: RemotePeer): boolean =>
  a.displayName === b.displayName &&
  a.connected === b.connected &&
  a.micOn === b.micOn &&
  a.camOn === b.camOn &&
  a.screenOn === b.screenOn &&
  a.camTrack === b.camTrack &&
  a.screenTrack === b.screenTrack &&
  a.encryption === b.encryption &&
  a.screenEncryption === b.screenEncryption &&
  a.quality === b.quality &&
  a.hidesAddress === b.hidesAddress &&
  a.handRaisedAt === b.handRaisedAt;

/** `others`: everybody but the own peer, in the order of joining. The same list if all is the same. */
export const remotePeers = (
  previous: readonly RemotePeer[],
  others: readonly PeerView[],
  known: Known,
): readonly RemotePeer[] => {
  const before = new Map<PeerId, RemotePeer>(previous.map((peer) => [peer.peerId, peer]));
  const peers = others.map((view) => {
    const now = toRemotePeer(view, known);
    const former = before.get(view.peerId);
    return former !== undefined && isSame(former, now) ? former : now;
  });
  const isUnchanged =
    peers.length === previous.length && peers.every((peer, index) => peer === previous[index]);
  return isUnchanged ? previous : peers;
};
