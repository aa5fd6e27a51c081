// The room as this page knows it: room + event → room, the page's half of the server's evolve. What
// is about keys goes to the group (encryption/) and is not kept here.
import type { PeerId, PeerView, RecordEvent, RoomView, Streams } from '@sotto/signaling/protocol';

export type Room = Pick<RoomView, 'position' | 'placement' | 'leaving' | 'mode' | 'peers'>;

const changePeer = (room: Room, peerId: PeerId, change: (peer: PeerView) => PeerView): Room => ({
  ...room,
  peers: room.peers.map((peer) => (peer.peerId === peerId ? change(peer) : peer)),
});

/** What somebody means to send stays; what carried it is gone. */
const withoutProducers = ({ mic, cam, screen, screenAudio }: Streams): Streams => ({
  mic: { on: mic.on },
  cam: { on: cam.on },
  screen: { on: screen.on },
  screenAudio: { on: screenAudio.on },
});

const withoutMedia = (room: Room): Room => ({
  ...room,
  peers: room.peers.map((peer) => ({ ...peer, streams: withoutProducers(peer.streams) })),
});

const applyFact = (room: Room, event: RecordEvent): Room => {
  switch (event.event) {
    case 'peer-joined': {
      const { peer } = event.data;
      const others = room.peers.filter(({ peerId }) => peerId !== peer.peerId);
      return { ...room, peers: [...others, peer] };
    }
    case 'peer-left': {
      const { peerId } = event.data;
      return { ...room, peers: room.peers.filter((peer) => peer.peerId !== peerId) };
    }
    case 'peer-disconnected':
      return changePeer(room, event.data.peerId, (peer) => ({ ...peer, connected: false }));
    case 'peer-resumed':
      return changePeer(room, event.data.peerId, (peer) => ({ ...peer, connected: true }));
    case 'stream-changed': {
      const { peerId, source, stream } = event.data;
      return changePeer(room, peerId, (peer) => ({
        ...peer,
        streams: { ...peer.streams, [source]: stream },
      }));
    }
    case 'direct-changed': {
      const { peerId, direct } = event.data;
      return changePeer(room, peerId, (peer) => ({ ...peer, direct }));
    }
    case 'mode-changed':
      return { ...room, mode: event.data.mode };
    case 'room-placed':
      return {
        // A room that is somewhere already moves from there.
        ...(room.placement === null ? room : withoutMedia({ ...room, leaving: room.placement })),
        placement: event.data.placement,
      };
    case 'peer-arrived':
    case 'group-created':
    case 'key-package':
    case 'commit':
    case 'commit-reported':
    case 'commit-condemned':
      return room;
    case 'media-lost':
      // Of a placement that has been followed by another: that one's media lives.
      if (room.leaving === event.data.placement) return { ...room, leaving: null };
      if (room.placement !== event.data.placement) return room;
      return withoutMedia({ ...room, placement: null });
  }
};

/** The caller has checked that the event is the next of the log (signaling/log-position.ts). */
export const applyEvent = (room: Room, event: RecordEvent): Room => ({
  ...applyFact(room, event),
  position: { ...room.position, version: event.version, head: event.head },
});
