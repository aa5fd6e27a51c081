import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochSlotOf } from './frame-kid.ts';
import { generationOf } from './group-id.ts';
import { EPOCH_WIPE_MS, KeyRing, MAX_SENDER_LAG } from './key-ring.ts';
import { codeOf, epochKeys, groupOf, ManualClock } from './testing/frame-world.ts';

const GROUP = groupOf(1);

const makeRing = () => {
  const clock = new ManualClock();
  return { clock, ring: new KeyRing({ clock }) };
};

const found = (ring: KeyRing, groupId: string, epoch: number) => {
  const live = ring.find(generationOf(groupId) & 1, epochSlotOf(epoch));
  return live?.groupId === groupId && live.epoch === epoch ? live : undefined;
};

describe('the key ring', () => {
  it('F11 changes nothing for an epoch that is known, or older than the newest', async () => {
    const { ring } = makeRing();
    expect(ring.install(await epochKeys('alice', GROUP, 5))).toBe(true);
    ring.sendIn({ groupId: GROUP, epoch: 5 });
    const live = found(ring, GROUP, 5);
    live?.counterOf(1).take();
    for (const epoch of [5, 4, 0]) {
      expect(ring.install(await epochKeys('bob', GROUP, epoch))).toBe(false);
    }
    expect(found(ring, GROUP, 5)).toBe(live);
    expect(ring.sending).toBe(live);
    expect(live?.counterOf(1).take()).toBe(1);
  });

  it('F11 does not take a wiped epoch again', async () => {
    const { clock, ring } = makeRing();
    ring.install(await epochKeys('alice', GROUP, 1));
    ring.install(await epochKeys('alice', GROUP, 2));
    clock.advance(EPOCH_WIPE_MS);
    expect(found(ring, GROUP, 1)).toBeUndefined();
    expect(ring.install(await epochKeys('alice', GROUP, 1))).toBe(false);
  });

  it('F12 wipes an epoch 10 s after the next one came, and no sooner', async () => {
    const { clock, ring } = makeRing();
    ring.install(await epochKeys('alice', GROUP, 1));
    const first = found(ring, GROUP, 1);
    clock.advance(60_000);
    ring.install(await epochKeys('alice', GROUP, 2));
    clock.advance(EPOCH_WIPE_MS - 1);
    ring.install(await epochKeys('alice', GROUP, 3));
    expect(found(ring, GROUP, 1)).toBe(first);
    clock.advance(1);
    expect(found(ring, GROUP, 1)).toBeUndefined();
    expect(first?.isWiped).toBe(true);
    expect(await codeOf(() => first?.keysOf(0))).toBe('unknown-epoch');
    expect(found(ring, GROUP, 2)).toBeDefined();
  });

  it('F12 gives no key out that was asked for before the wipe and made after it', async () => {
    const { ring } = makeRing();
    ring.install(await epochKeys('alice', GROUP, 1));
    const live = found(ring, GROUP, 1);
    await live?.keysOf(7);
    const codes = [0, 7].map((kid) => codeOf(() => live?.keysOf(kid)));
    ring.close();
    expect(await Promise.all(codes)).toEqual(['unknown-epoch', 'unknown-epoch']);
  });

  it('F12 wipes epoch e at once when e + 16 comes', async () => {
    const { ring } = makeRing();
    for (let epoch = 0; epoch < 16; epoch += 1) {
      ring.install(await epochKeys('alice', GROUP, epoch));
    }
    expect(found(ring, GROUP, 0)).toBeDefined();
    ring.install(await epochKeys('alice', GROUP, 16));
    expect(found(ring, GROUP, 0)).toBeUndefined();
    expect(found(ring, GROUP, 1)).toBeDefined();
    ring.install(await epochKeys('alice', GROUP, 30));
    expect(found(ring, GROUP, 14)).toBeUndefined();
    expect(found(ring, GROUP, 15)).toBeDefined();
  });

  it('F12 keeps the group before for 10 s, but no other group of the same parity', async () => {
    const { clock, ring } = makeRing();
    ring.install(await epochKeys('alice', groupOf(1), 3));
    ring.install(await epochKeys('alice', groupOf(2), 0));
    expect(found(ring, groupOf(1), 3)).toBeDefined();
    ring.install(await epochKeys('alice', groupOf(3), 0));
    expect(found(ring, groupOf(1), 3)).toBeUndefined();
    expect(found(ring, groupOf(2), 0)).toBeDefined();
    clock.advance(EPOCH_WIPE_MS);
    expect(found(ring, groupOf(2), 0)).toBeUndefined();
    expect(found(ring, groupOf(3), 0)).toBeDefined();
  });

  it('F12 has at most one epoch for a KID, whatever comes', async () => {
    const move = fc.oneof(
      fc.record({
        generation: fc.integer({ min: 1, max: 4 }),
        by: fc.integer({ min: 0, max: 40 }),
      }),
      fc.record({ ms: fc.integer({ min: 0, max: 12_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
        const { clock, ring } = makeRing();
        const installed = new Map<string, number>();
        for (const step of moves) {
          if ('ms' in step) {
            clock.advance(step.ms);
            continue;
          }
          const groupId = groupOf(step.generation);
          const epoch = (installed.get(groupId) ?? 0) + step.by;
          const isNew = ring.install(await epochKeys('alice', groupId, epoch));
          expect(isNew).toBe(!installed.has(groupId) || step.by > 0);
          installed.set(groupId, epoch);
          // What was just installed is what its own KIDs find.
          if (isNew) expect(found(ring, groupId, epoch)).toBeDefined();
        }
      }),
    );
  });

  it('F12 forgets everything when it is closed, and takes nothing more', async () => {
    const { ring } = makeRing();
    ring.install(await epochKeys('alice', GROUP, 1));
    ring.sendIn({ groupId: GROUP, epoch: 1 });
    const live = ring.sending;
    ring.close();
    ring.close();
    expect(live?.isWiped).toBe(true);
    expect(ring.sending).toBeUndefined();
    expect(ring.install(await epochKeys('alice', GROUP, 2))).toBe(false);
  });

  it('F13 sends only where it is told to, and never goes back', async () => {
    const { ring } = makeRing();
    for (const epoch of [1, 2, 3]) ring.install(await epochKeys('alice', GROUP, epoch));
    expect(ring.sending).toBeUndefined();
    expect(ring.sendIn({ groupId: GROUP, epoch: 2 })).toBe(true);
    expect(ring.sendIn({ groupId: GROUP, epoch: 1 })).toBe(false);
    expect(ring.sendIn({ groupId: GROUP, epoch: 4 })).toBe(false);
    expect(ring.sending?.epoch).toBe(2);
    ring.install(await epochKeys('alice', groupOf(2), 0));
    expect(ring.sendIn({ groupId: groupOf(2), epoch: 0 })).toBe(true);
    expect(ring.sendIn({ groupId: GROUP, epoch: 3 })).toBe(false);
    expect(ring.sending?.groupId).toBe(groupOf(2));
  });

  it('F13 is never more than 8 epochs behind', async () => {
    const { ring } = makeRing();
    ring.install(await epochKeys('alice', GROUP, 1));
    ring.sendIn({ groupId: GROUP, epoch: 1 });
    for (let epoch = 2; epoch <= 1 + MAX_SENDER_LAG; epoch += 1) {
      ring.install(await epochKeys('alice', GROUP, epoch));
      expect(ring.sending?.epoch).toBe(1);
    }
    ring.install(await epochKeys('alice', GROUP, 2 + MAX_SENDER_LAG));
    expect(ring.sending?.epoch).toBe(2 + MAX_SENDER_LAG);
  });

  it('F13 moves to the newest epoch when its own is wiped', async () => {
    const { clock, ring } = makeRing();
    ring.install(await epochKeys('alice', GROUP, 1));
    ring.sendIn({ groupId: GROUP, epoch: 1 });
    ring.install(await epochKeys('alice', GROUP, 2));
    ring.install(await epochKeys('alice', GROUP, 3));
    clock.advance(EPOCH_WIPE_MS);
    expect(ring.sending?.epoch).toBe(3);
  });

  it('F9 F16 does not send from a leaf without KIDs, nor where it may not', async () => {
    const { clock, ring } = makeRing();
    ring.install(await epochKeys('alice', GROUP, 1, { ownLeaf: 256 }));
    expect(ring.sendIn({ groupId: GROUP, epoch: 1 })).toBe(false);
    ring.install(await epochKeys('alice', GROUP, 2, { canSend: false }));
    expect(ring.sendIn({ groupId: GROUP, epoch: 2 })).toBe(false);
    ring.install(await epochKeys('alice', GROUP, 3));
    ring.sendIn({ groupId: GROUP, epoch: 3 });
    ring.install(await epochKeys('alice', GROUP, 4, { canSend: false }));
    clock.advance(EPOCH_WIPE_MS);
    expect(ring.sending).toBeUndefined();
  });
});
