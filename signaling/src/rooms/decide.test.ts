// decide and evolve together: which commands make which facts, and what a record becomes of them.
import { describe, expect, it } from 'vitest';
import { after, apply, factsOf, join, NODE } from '../../test/support/decisions.ts';
import type { PeerId } from '../protocol/index.ts';
import { newPeerId, newProducerId } from '../random.ts';
import { findPeer } from './record.ts';

const ada = newPeerId();
const bob = newPeerId();
const home = { nodeId: 'local', worker: 0 };

const joinServer = (peerId: PeerId) => join(peerId, 10, { callMode: 'sfu-only' });

describe('decide', () => {
  it('J1 the first join makes the room, the next joins it, in order', () => {
    expect(after(join(ada), join(bob))?.peers.map(({ peerId }) => peerId)).toEqual([ada, bob]);
  });

  it('J3 a join by a peer who is there takes the session over instead of doubling the peer', () => {
    const record = after(join(ada), join(ada));
    expect(record?.peers).toHaveLength(1);
    expect(findPeer(record, ada)?.session).toBe(2);
  });

  it('J4 a full room refuses a new peer and takes back one of its own', () => {
    const record = after(join(ada, 1));
    expect(factsOf(record, join(bob, 1))).toBe('room-full');
    expect(factsOf(record, join(ada, 1))).toEqual(['peer-resumed']);
  });

  it('J5 a resume raises the session, and what the old session says is refused', () => {
    const record = after(join(ada), { type: 'resume', peerId: ada, node: NODE });
    const old = { peerId: ada, session: 1 };
    expect(factsOf(record, { type: 'disconnect', ...old })).toBe('not-joined');
    expect(factsOf(record, { type: 'leave', reason: 'left', ...old })).toBe('not-joined');
    expect(factsOf(record, { type: 'set-stream', source: 'mic', on: true, ...old })).toBe(
      'not-joined',
    );
  });

  it('J5 a resume into a room that is gone, or by a peer who is, is a reset', () => {
    expect(factsOf(null, { type: 'resume', peerId: ada, node: NODE })).toBe('room-reset');
    expect(factsOf(after(join(bob)), { type: 'resume', peerId: ada, node: NODE })).toBe(
      'room-reset',
    );
  });

  it('J6 leaving by timeout takes only who is disconnected', () => {
    const timeout = { type: 'leave', reason: 'timeout', peerId: ada, session: 1 } as const;
    expect(factsOf(after(join(ada)), timeout)).toEqual([]);
    const gone = after(join(ada), { type: 'disconnect', peerId: ada, session: 1 });
    expect(factsOf(gone, timeout)).toEqual(['peer-left']);
  });

  it('M2 a placement never falls, and a room that has a home takes no other', () => {
    const record = after(joinServer(ada), { type: 'place', placement: 7, home });
    expect(factsOf(record, { type: 'place', placement: 8, home })).toBe('stale-placement');
    const lost = apply(record, [{ type: 'media-lost', placement: 7, home }]);
    expect(factsOf(lost, { type: 'place', placement: 7, home })).toBe('stale-placement');
    expect(factsOf(lost, { type: 'place', placement: 8, home })).toEqual(['room-placed']);
  });

  it('M3 a producer made under an older placement is refused', () => {
    const made = {
      type: 'produced',
      peerId: ada,
      session: 1,
      source: 'mic',
      on: true,
      producerId: newProducerId(),
    } as const;
    const record = after(joinServer(ada), { type: 'place', placement: 7, home });
    expect(factsOf(record, { ...made, placement: 6 })).toBe('stale-placement');
    expect(factsOf(record, { ...made, placement: 7 })).toEqual(['stream-changed']);
    expect(factsOf(after(joinServer(ada)), { ...made, placement: 7 })).toBe('stale-placement');
  });

  it('M4 losing the media clears producers and keeps what people mean to send', () => {
    const producerId = newProducerId();
    const record = after(
      joinServer(ada),
      { type: 'place', placement: 7, home },
      { type: 'produced', source: 'mic', producerId, on: true, placement: 7, ...session1 },
      { type: 'lose-media', placement: 7 },
    );
    expect(findPeer(record, ada)?.streams.mic).toEqual({ on: true });
    expect(record?.home).toBeNull();
    expect(factsOf(record, { type: 'lose-media', placement: 7 })).toEqual([]);
  });

  it('M4 saying twice what already is makes no event', () => {
    const mute = { type: 'set-stream', source: 'mic', on: false, ...session1 } as const;
    expect(factsOf(after(join(ada)), mute)).toEqual([]);
    expect(factsOf(after(join(ada)), { type: 'close-stream', source: 'cam', ...session1 })).toEqual(
      [],
    );
  });
});

const session1 = { peerId: ada, session: 1 } as const;
