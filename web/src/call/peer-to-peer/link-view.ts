// What decides whether there is to be a link, and to whom.
import type { CallMode, PeerId, PeerView } from '@sotto/signaling/protocol';

export interface LinkView {
  readonly selfPeerId: PeerId;
  readonly others: readonly PeerView[];
  readonly mode: CallMode;
  /** Of the room on a media node; null while it is on none. */
  readonly placement: number | null;
  /** By peer id: who has the group's keys. */
  readonly members: ReadonlySet<string>;
  /** The own network address is shown to nobody, whatever the server takes the mode to be. */
  readonly hideAddress: boolean;
  readonly isConnected: boolean;
  /** Everything of the others that is on has come: directly, or through the media node. */
  readonly hasArrived: { readonly p2p: boolean; readonly sfu: boolean };
}

/** Whom to be connected to directly; null for nobody. */
export const wantedOther = ({ mode, others, members, hideAddress }: LinkView): PeerId | null => {
  const [other] = others;
  if (hideAddress || mode.type !== 'p2p' || other === undefined || others.length > 1) return null;
  return members.has(other.peerId) ? other.peerId : null;
};
