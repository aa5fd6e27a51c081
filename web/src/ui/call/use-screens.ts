// Whose screens are shared, in the order in which they began: the latest takes the stage.
import type { PeerId } from '@sotto/signaling/protocol';
import { useRef } from 'preact/hooks';
import type { RemotePeer } from '../../call/call-state.ts';

export const useScreens = (peers: readonly RemotePeer[]): readonly PeerId[] => {
  const order = useRef<readonly PeerId[]>([]);
  const sharing = peers.filter(({ screenOn }) => screenOn).map(({ peerId }) => peerId);
  const going = order.current.filter((peerId) => sharing.includes(peerId));
  const begun = sharing.filter((peerId) => !going.includes(peerId));
  order.current = [...going, ...begun];
  return order.current;
};
