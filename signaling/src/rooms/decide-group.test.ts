// The ordering of a group's keys, by itself: which commands make which facts, and who is a member then.
import { describe, expect, it } from 'vitest';
import { factsOf, join, step } from '../../test/support/decisions.ts';
import {
  ada,
  as,
  asking,
  bob,
  by,
  carol,
  committed,
  dan,
  first,
  firstTag,
  meeting,
  members,
  NOW,
  outside,
  pointOf,
} from '../../test/support/group-commands.ts';
import {
  anyKeyPackage,
  anyPoint,
  anyTag,
  hashOf,
  pointAfter,
} from '../../test/support/group-samples.ts';
import type { PeerId } from '../protocol/index.ts';
import { newPeerId } from '../random.ts';
import { insiders } from './group-record.ts';
import type { RoomRecord } from './record.ts';

/** What comes of putting the next group in the record's place. */
const createNext = (record: RoomRecord, peerId: PeerId) =>
  factsOf(record, by(record, peerId).creates(anyPoint(2), pointOf(record)));

describe('create-group', () => {
  it('K2 the first names the group, at any epoch; a prev that nobody knows is stale', () => {
    const room = outside(meeting(), bob);
    const empty = { ...room, group: null };
    expect(factsOf(empty, by(room, ada).creates(anyPoint(9, 77)))).toEqual(['group-created']);
    expect(factsOf(empty, by(room, ada).creates(anyPoint(2), first))).toBe('stale-epoch');
    expect(factsOf(room, by(room, bob).creates(anyPoint(1)))).toBe('stale-epoch');
  });

  it('K2 a first group beyond belief is refused: nothing could follow it', () => {
    const room = { ...meeting(), group: null };
    expect(factsOf(room, by(room, ada).creates(anyPoint(2 ** 32 - 1)))).toBe('bad-request');
    const last = anyPoint(1, Number.MAX_SAFE_INTEGER);
    expect(factsOf(room, by(room, ada).creates(last))).toBe('bad-request');
  });

  it('K2 naming the record’s very group makes a member, once', () => {
    const room = outside(meeting(), bob);
    const named = step(room, by(room, bob).creates(first, null, firstTag));
    expect(members(named)).toEqual([ada, bob]);
    expect(named.group?.tagHash).toBe(hashOf(firstTag));
    expect(factsOf(named, by(named, bob).creates(first, null, firstTag))).toEqual([]);
    const later = by(named, bob).creates(pointAfter(first), null, firstTag);
    expect(factsOf(named, later)).toBe('stale-epoch');
  });

  it('K2 nobody names it without its tag: not by another, by the hash, or by a former epoch’s', () => {
    const room = outside(meeting(bob), carol);
    const tag = anyTag();
    const now = step(room, by(room, ada).commits([], NOW, pointOf(room), tag));
    const name = (peerId: PeerId, said: string) =>
      factsOf(now, by(now, peerId).creates(pointOf(now), pointOf(now), said));
    for (const wrong of [anyTag(), hashOf(tag), firstTag]) {
      expect([name(carol, wrong), name(bob, wrong)]).toEqual(['forbidden', 'forbidden']);
    }
    expect([name(carol, tag), name(bob, tag)]).toEqual([['group-created'], []]);
  });

  it('K2 in place of a group: one generation more, epoch 0, and only over its very point', () => {
    const room = step(meeting(), by(meeting(), ada).commits());
    const me = by(room, ada);
    const now = pointOf(room);
    for (const [next, prev] of [
      [anyPoint(3), now],
      [anyPoint(1), now],
      [anyPoint(2, 1), now],
      [anyPoint(2), first],
      [anyPoint(2), null],
    ] as const) {
      expect(factsOf(room, me.creates(next, prev))).toBe('stale-epoch');
    }
    expect(factsOf(room, me.creates(anyPoint(2), now))).toEqual(['group-created']);
  });

  it('K2 not while another is inside; disconnected and asking members are not', () => {
    const room = outside(meeting(bob), carol);
    expect(createNext(room, carol)).toBe('forbidden');
    const alone = step(room, by(room, bob).disconnects());
    expect(insiders(alone)).toEqual([ada]);
    expect(createNext(alone, carol)).toBe('forbidden');
    const nobody = step(alone, by(alone, ada).asks());
    expect(insiders(nobody)).toEqual([]);
    expect(createNext(nobody, carol)).toEqual(['group-created']);
  });

  it('K2 a new group has its maker alone, who asks no more, and forgets the commits before', () => {
    const room = step(meeting(), by(meeting(), ada).commits());
    const wants = step(step(outside(room, bob), by(room, ada).leaves()), join(carol));
    const asks = step(wants, by(wants, bob).asks());
    const made = step(asks, by(asks, bob).creates(anyPoint(2), pointOf(asks)));
    expect(made.group).toMatchObject({ members: [bob], recent: [], epoch: 0, condemned: [] });
    expect(asking(made)).toEqual([]);
  });
});

describe('key-package', () => {
  it('K3 one a peer, the newest behind all others; the same again is no fact', () => {
    const keyPackage = anyKeyPackage();
    let room = outside(outside(meeting(), bob), carol);
    room = step(room, by(room, bob).asks());
    room = step(room, by(room, carol).asks());
    room = step(room, by(room, bob).asks(keyPackage));
    expect(asking(room)).toEqual([carol, bob]);
    expect(room.keyPackages[1]).toEqual({ peerId: bob, ...keyPackage });
    expect(factsOf(room, by(room, bob).asks(keyPackage))).toEqual([]);
  });

  it('K1 leaving takes membership and key package, also by timeout', () => {
    let room = meeting(bob, carol);
    room = step(room, by(room, bob).asks());
    room = step(room, by(room, bob).leaves());
    expect([members(room), asking(room)]).toEqual([[ada, carol], []]);
    room = step(room, by(room, carol).disconnects());
    room = step(room, { type: 'leave', reason: 'timeout', ...as(room, carol) });
    expect(members(room)).toEqual([ada]);
    expect(members(step(room, join(bob)))).toEqual([ada]);
  });
});

describe('commit', () => {
  it('K4 the first of an epoch is taken, the next one for it is stale', () => {
    const room = meeting(bob);
    const [one, other] = [by(room, ada).commits(), by(room, bob).commits()];
    const taken = step(room, one);
    expect(pointOf(taken)).toEqual(pointAfter(pointOf(room)));
    expect(factsOf(taken, other)).toBe('stale-epoch');
  });

  it('K4 the same message id again is the same: no fact, no error, but only for its author', () => {
    const room = meeting(bob);
    const one = by(room, ada).commits();
    const later = [1, 2, 3].reduce(
      (record) => step(record, by(record, bob).commits()),
      step(room, one),
    );
    expect(factsOf(later, one)).toEqual([]);
    expect(factsOf(later, { ...one, ...as(later, bob) })).toBe('stale-epoch');
  });

  it('K4 only members commit, and only in the record’s group', () => {
    const room = outside(meeting(), bob);
    expect(factsOf(room, by(room, bob).commits())).toBe('forbidden');
    expect(factsOf(room, by(room, ada).commits([], NOW, anyPoint(1)))).toBe('stale-epoch');
    const none = { ...room, group: null };
    expect(factsOf(none, by(room, ada).commits([], NOW, first))).toBe('stale-epoch');
  });

  it('K4 a welcome makes a member who asks no more; to who is gone it makes nobody one', () => {
    let room = outside(outside(meeting(), bob), carol);
    room = step(step(room, by(room, bob).asks()), by(room, carol).asks());
    const commits = by(room, ada).commits([bob, carol]);
    room = step(step(room, by(room, carol).leaves()), commits);
    expect(members(room)).toEqual([ada, bob]);
    expect(asking(room)).toEqual([]);
    expect(members(step(room, join(carol)))).toEqual([ada, bob]);
  });

  it('K4 two welcomes for one are refused', () => {
    const room = outside(meeting(), bob);
    expect(factsOf(room, by(room, ada).commits([bob, bob]))).toBe('bad-request');
  });

  it('K2 K4 the hash of an epoch’s tag is its commit’s, or of the tag that its maker said', () => {
    const room = meeting();
    const tag = anyTag();
    expect(room.group?.tagHash).toBe(hashOf(firstTag));
    const next = step(room, by(room, ada).commits([], NOW, first, tag));
    expect(next.group?.tagHash).toBe(hashOf(tag));
    const other = step(next, by(next, ada).creates(anyPoint(2), pointOf(next), firstTag));
    expect(other.group?.tagHash).toBe(hashOf(firstTag));
  });

  it('K8 six commits a minute that welcome nobody who asked, each member for itself', () => {
    let room = outside(meeting(bob), carol);
    for (let made = 0; made < 6; made += 1) {
      room = step(room, by(room, ada).commits([], NOW + made * 9_000));
    }
    const soon = NOW + 55_000;
    expect(factsOf(room, by(room, ada).commits([], soon))).toBe('rate-limited');
    // Nor with a welcome for somebody who did not ask.
    expect(factsOf(room, by(room, ada).commits([carol], soon))).toBe('rate-limited');
    expect(factsOf(room, by(room, bob).commits([], soon))).toEqual(['commit']);
    const asks = step(room, by(room, carol).asks());
    expect(factsOf(asks, by(asks, ada).commits([carol], soon))).toEqual(['commit']);
    expect(factsOf(room, by(room, ada).commits([], NOW + 60_000))).toEqual(['commit']);
  });

  it('K8 twelve epochs in any ten seconds, whoever begins them', () => {
    let room = meeting(bob, carol);
    const others = [ada, bob, carol];
    for (let made = 1; made < 12; made += 1) {
      const author = others[made % 3] ?? ada;
      room = step(room, by(room, author).commits([], NOW + made * 100));
    }
    expect(factsOf(room, by(room, ada).commits([], NOW + 9_999))).toBe('rate-limited');
    expect(factsOf(room, by(room, ada).commits([], NOW + 10_000))).toEqual(['commit']);
  });

  it('K8 a clock that is set back stops nobody for long', () => {
    let room = meeting();
    for (let made = 0; made < 6; made += 1) room = step(room, by(room, ada).commits([], NOW));
    expect(factsOf(room, by(room, ada).commits([], NOW))).toBe('rate-limited');
    expect(factsOf(room, by(room, ada).commits([], NOW - 3_600_000))).toEqual(['commit']);
  });
});

describe('bad-commit', () => {
  it('K5 a report counts once, of a member, of a commit that is known and another’s', () => {
    const { room, messageId } = committed(bob, carol, dan);
    const stranger = newPeerId();
    const more = outside(room, stranger);
    expect(factsOf(more, by(more, stranger).reports(messageId))).toBe('forbidden');
    expect(factsOf(room, by(room, bob).reports())).toBe('not-found');
    expect(factsOf(room, by(room, ada).reports(messageId))).toEqual([]);
    const once = step(room, by(room, bob).reports(messageId));
    expect(factsOf(once, by(once, bob).reports(messageId))).toEqual([]);
  });

  it('K5 a minority condemns nothing, more than half of the others does, and only once', () => {
    const { room, messageId } = committed(bob, carol, dan);
    expect(factsOf(room, by(room, bob).reports(messageId))).toEqual(['commit-reported']);
    const one = step(room, by(room, bob).reports(messageId));
    const both = ['commit-reported', 'commit-condemned'];
    expect(factsOf(one, by(one, carol).reports(messageId))).toEqual(both);
    const two = step(one, by(one, carol).reports(messageId));
    expect(factsOf(two, by(two, dan).reports(messageId))).toEqual(['commit-reported']);
  });

  it('K5 half is not more than half, and only who is connected has a say', () => {
    const { room, messageId } = committed(bob, carol);
    const one = step(room, by(room, bob).reports(messageId));
    expect(one.group?.givenUp).toBe(false);
    const { room: other, messageId: bad } = committed(bob, carol);
    const away = step(other, by(other, carol).disconnects());
    expect(step(away, by(away, bob).reports(bad)).group?.givenUp).toBe(true);
  });

  it('K5 a report goes with its reporter', () => {
    const { room, messageId } = committed(bob, carol, dan);
    const one = step(room, by(room, bob).reports(messageId));
    const gone = step(one, by(one, bob).leaves());
    expect(gone.group?.recent.at(-1)?.reports).toEqual([]);
  });

  it('K5 K2 then any member may create another, and nobody else', () => {
    const { room: before, messageId } = committed(bob, carol);
    let room = outside(before, dan);
    expect(createNext(room, bob)).toBe('forbidden');
    room = step(room, by(room, bob).reports(messageId));
    room = step(room, by(room, carol).reports(messageId));
    expect(createNext(room, dan)).toBe('forbidden');
    expect(createNext(room, bob)).toEqual(['group-created']);
    const made = step(room, by(room, bob).creates(anyPoint(2), pointOf(room)));
    expect(made.group?.givenUp).toBe(false);
    expect(createNext(made, carol)).toBe('stale-epoch');
    expect(factsOf(made, by(made, carol).creates(anyPoint(3), pointOf(made)))).toBe('forbidden');
  });
});
