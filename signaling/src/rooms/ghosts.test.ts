// Sockets with a join token and no keys, and members who were put out: what the record keeps from them.
import { describe, expect, it } from 'vitest';
import { factsOf, step } from '../../test/support/decisions.ts';
import {
  ada,
  bob,
  by,
  carol,
  committed,
  dan,
  meeting,
  members,
  NOW,
  outside,
  pointOf,
} from '../../test/support/group-commands.ts';
import { anyKeyPackage, anyPoint, anyTag, hashOf } from '../../test/support/group-samples.ts';
import type { PeerId } from '../protocol/index.ts';
import { newPeerId } from '../random.ts';
import { connectedMembers, insiders } from './group-record.ts';
import type { RoomRecord } from './record.ts';

/** All that a ghost can say when it names the group: it has heard of every hash, and of no tag. */
const namings = (record: RoomRecord, ghost: PeerId) => {
  const heard = record.group?.tagHash ?? '';
  return [anyTag(), heard, hashOf(heard)].map((tag) =>
    by(record, ghost).creates(pointOf(record), pointOf(record), tag),
  );
};

const expectNoMember = (record: RoomRecord, ghost: PeerId): void => {
  for (const naming of namings(record, ghost)) expect(factsOf(record, naming)).toBe('forbidden');
  expect(members(record)).not.toContain(ghost);
};

describe('ghosts', () => {
  it('K2 K4 one in a room of four names nothing, and can neither commit nor reset', () => {
    const ghost = newPeerId();
    const room = outside(meeting(bob, carol, dan), ghost);
    expectNoMember(room, ghost);
    expect(factsOf(room, by(room, ghost).commits())).toBe('forbidden');
    const next = by(room, ghost).creates(anyPoint(2), pointOf(room));
    expect(factsOf(room, next)).toBe('forbidden');
  });

  it('K5 three in a room of two condemn nobody’s commit', () => {
    const ghosts = [newPeerId(), newPeerId(), newPeerId()];
    const { room: before, messageId } = committed(bob);
    const room = ghosts.reduce(outside, before);
    for (const ghost of ghosts) {
      expectNoMember(room, ghost);
      expect(factsOf(room, by(room, ghost).reports(messageId))).toBe('forbidden');
    }
    expect(connectedMembers(room)).toEqual([ada, bob]);
    // Nor do they count among the judges: Bob alone is all the others.
    const both = ['commit-reported', 'commit-condemned'];
    expect(factsOf(room, by(room, bob).reports(messageId))).toEqual(both);
  });

  it('K2 K6 one that asks to be let in, or is left alone, is not inside', () => {
    const ghost = newPeerId();
    let room = outside(meeting(bob), ghost);
    room = step(room, by(room, ghost).asks(anyKeyPackage()));
    expectNoMember(room, ghost);
    expect(insiders(room)).toEqual([ada, bob]);
    room = step(step(room, by(room, ada).leaves()), by(room, bob).leaves());
    room = outside(room, carol);
    expect(insiders(room)).toEqual([]);
    expectNoMember(room, ghost);
    const made = by(room, carol).creates(anyPoint(2), pointOf(room));
    expect(members(step(room, made))).toEqual([carol]);
  });

  it('K2 after a lost record too only who has the tag goes on in the group', () => {
    const ghost = newPeerId();
    const tag = anyTag();
    const before = outside(meeting(bob), ghost);
    const at = pointOf(before);
    const lost = { ...before, group: null };
    const room = step(lost, by(lost, ada).creates(at, null, tag));
    expectNoMember(room, ghost);
    expect(members(step(room, by(room, bob).creates(at, null, tag)))).toEqual([ada, bob]);
  });
});

/** Ada's commit has been condemned by Bob and Carol. */
const condemned = () => {
  const tag = anyTag();
  const before = meeting(bob, carol);
  const bad = by(before, ada).commits([], NOW, pointOf(before), tag);
  if (bad.type !== 'commit') throw new Error('a commit');
  const reported = [bob, carol].reduce(
    (record, peerId) => step(record, by(record, peerId).reports(bad.messageId)),
    step(before, bad),
  );
  return { room: reported, tag };
};

describe('who was condemned', () => {
  it('K5 is no member any more: cannot commit, report, or make the next group', () => {
    const { room } = condemned();
    expect(members(room)).toEqual([bob, carol]);
    expect(room.group).toMatchObject({ givenUp: true, condemned: [ada] });
    expect(factsOf(room, by(room, ada).commits())).toBe('forbidden');
    expect(factsOf(room, by(room, ada).reports())).toBe('forbidden');
    const next = by(room, ada).creates(anyPoint(2), pointOf(room));
    expect(factsOf(room, next)).toBe('forbidden');
  });

  it('K5 K2 may not name that group again, knowing its tag, nor after leaving and joining', () => {
    const { room, tag } = condemned();
    const name = (record: RoomRecord) =>
      factsOf(record, by(record, ada).creates(pointOf(record), pointOf(record), tag));
    expect(name(room)).toBe('forbidden');
    expect(name(outside(step(room, by(room, ada).leaves()), ada))).toBe('forbidden');
  });

  it('K5 K2 is no member of the next group either, which forgets whom the former put out', () => {
    const { room } = condemned();
    const made = step(room, by(room, bob).creates(anyPoint(2), pointOf(room)));
    expect(made.group?.condemned).toEqual([]);
    expectNoMember(made, ada);
    expect(factsOf(made, by(made, ada).commits())).toBe('forbidden');
  });

  it('K5 its own reports of others’ commits go with it', () => {
    const { room: before, messageId } = committed(bob, carol, dan);
    const doubted = step(before, by(before, bob).reports(messageId));
    const bad = by(doubted, bob).commits();
    if (bad.type !== 'commit') throw new Error('a commit');
    const room = [carol, dan].reduce(
      (record, peerId) => step(record, by(record, peerId).reports(bad.messageId)),
      step(doubted, bad),
    );
    expect(members(room)).toEqual([ada, carol, dan]);
    expect(room.group?.recent.map(({ reports }) => reports)).toEqual([[], [], [carol, dan]]);
  });
});
