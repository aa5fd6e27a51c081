// Who came and who left, from one list of people to the next, as it is worth telling. Names come from
// the group, later than the people, and are gone for a while when the group is made anew.
import type { PeerId } from '@sotto/signaling/protocol';
import type { RemotePeer } from '../../call/call-state.ts';

export interface Known {
  /** Everybody who is there, by the last name that they had. */
  readonly names: ReadonlyMap<PeerId, string | null>;
  /** Who came and has had no name yet: told once they have one. */
  readonly nameless: ReadonlySet<PeerId>;
}

export interface ComingsAndGoings {
  readonly known: Known;
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

type Peers = readonly Pick<RemotePeer, 'peerId' | 'displayName'>[];

/** `before` is null at first: whoever is there then did not come. */
export const comingsAndGoings = (before: Known | null, peers: Peers): ComingsAndGoings => {
  const names = new Map(
    peers.map(({ peerId, displayName }) => [
      peerId,
      displayName ?? before?.names.get(peerId) ?? null,
    ]),
  );
  const came = before === null ? [] : [...names.keys()].filter((id) => !before.names.has(id));
  const waiting = [...(before?.nameless ?? []), ...came].filter((id) => names.has(id));
  const named = waiting.flatMap((id) => names.get(id) ?? []);
  const gone = [...(before?.names ?? [])].filter(([id]) => !names.has(id));
  return {
    known: { names, nameless: new Set(waiting.filter((id) => names.get(id) === null)) },
    joined: named,
    left: gone.flatMap(([, name]) => name ?? []),
  };
};
