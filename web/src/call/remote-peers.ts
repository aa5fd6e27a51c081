// The others as the views see them, from the room, the group and the tracks that have arrived. Whoever
// has not changed stays the same object, so that their tile is not drawn again.
import type { PeerId, PeerView, ProducerId, Stream } from '@sotto/signaling/protocol';
import type { KeyState, RemotePeer } from './call-state.ts';
import type { Quality } from './stats/call-details.ts';

export type Tracks = ReadonlyMap<ProducerId, MediaStreamTrack>;

/** What is known of the others besides what the server says. */
export interface Known {
  readonly tracks: Tracks;
  /** By peer id, as the group has them. */
  readonly names: ReadonlyMap<string, string>;
  readonly keyState: (producerId: ProducerId) => KeyState;
  readonly qualities: ReadonlyMap<string, Quality>;
  /** By peer id: when it went up. */
  readonly hands: ReadonlyMap<string, number>;
}

const trackOf = ({ on, producerId }: Stream, tracks: Tracks): MediaStreamTrack | null =>
  on && producerId !== undefined ? (tracks.get(producerId) ?? null) : null;

const WORST: readonly KeyState[] = ['failed', 'waiting', 'ok'];

/** The worst of all that is on; what is on and not sent yet is awaited by other means. */
const keyStateOf = (streams: readonly Stream[], { keyState }: Known): KeyState => {
  const states = streams.flatMap(({ on, producerId }) =>
    on && producerId !== undefined ? [keyState(producerId)] : [],
  );
  return WORST.find((state) => states.includes(state)) ?? 'ok';
};

const toRemotePeer = (
  { peerId, connected, direct, streams }: PeerView,
  known: Known,
): RemotePeer => {
  const { mic, cam, screen, screenAudio } = streams;
  const name = known.names.get(peerId) ?? null;
  return {
    peerId,
    displayName: name,
    connected,
    micOn: mic.on,
    camOn: cam.on,
    screenOn: screen.on,
    camTrack: trackOf(cam, known.tracks),
    screenTrack: trackOf(screen, known.tracks),
    encryption: name === null ? 'waiting' : keyStateOf([mic, cam], known),
    screenEncryption: name === null ? 'waiting' : keyStateOf([screen, screenAudio], known),
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
