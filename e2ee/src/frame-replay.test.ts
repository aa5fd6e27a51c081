// What is opened twice, late, out of order or damaged: the opener with its window and its epochs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameOpener, type OpenTarget } from './frame-opener.ts';
import { EPOCH_WIPE_MS } from './key-ring.ts';
import { REPLAY_WINDOW } from './replay-window.ts';
import { CAM, forge, makeMember, makePair, MIC } from './testing/frame-members.ts';
import { codeOf, flipBit, groupOf } from './testing/frame-world.ts';
import type { Bytes } from './web-types.ts';

describe('replay', () => {
  it('F17 F19 drops a second one, refuses what is below the window, takes what is within', async () => {
    const { bob } = await makePair();
    const open = async (counter: number) => codeOf(async () => bob.open(MIC, await forge(counter)));
    expect(await open(5000)).toBe('nothing');
    expect(await open(5000)).toBe('duplicate');
    expect(await open(5001 - REPLAY_WINDOW)).toBe('nothing');
    expect(await open(5000 - REPLAY_WINDOW)).toBe('too-old');
    expect(await open(4999)).toBe('nothing');
    expect(await open(4999)).toBe('duplicate');
    expect(await open(5000 + 2 * REPLAY_WINDOW)).toBe('nothing');
    expect(await open(4999)).toBe('too-old');
  });

  it('F17 is kept over new consumers and other pipelines, and apart for each stream and epoch', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    const target: OpenTarget = { ...MIC, peerId: 'alice' };
    const first = createFrameOpener(bob.ring);
    const second = createFrameOpener(bob.ring);
    await first(target, sealed.slice().buffer);
    expect(await codeOf(() => second(target, sealed.slice().buffer))).toBe('duplicate');
    // The same counter of another stream, and of the next epoch.
    await bob.open(CAM, await alice.seal(CAM));
    await alice.install(4);
    await bob.install(4);
    await bob.open(MIC, await alice.seal(MIC));
    expect(await codeOf(() => bob.open(MIC, sealed))).toBe('duplicate');
    bob.clock.advance(EPOCH_WIPE_MS);
    expect(await codeOf(() => bob.open(MIC, sealed))).toBe('unknown-epoch');
  });

  it('F17 refuses a frame of epoch e when e + 16 has its place', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    await bob.install(19);
    expect(await codeOf(() => bob.open(MIC, sealed))).toBe('not-authentic');
  });

  it('F18 lets one pass of two that are opened at once', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(() => bob.open(MIC, sealed))),
    );
    expect(codes.filter((code) => code === 'nothing')).toHaveLength(1);
    expect(codes.filter((code) => code === 'duplicate')).toHaveLength(4);
  });

  it('F18 is not moved by frames that fail', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    const far = await forge(2 ** 31);
    expect(await codeOf(() => bob.open(MIC, flipBit(far, far.length * 8 - 1)))).toBe(
      'not-authentic',
    );
    expect(await codeOf(() => bob.open(MIC, flipBit(sealed, sealed.length * 8 - 1)))).toBe(
      'not-authentic',
    );
    expect(await codeOf(() => bob.open(MIC, sealed))).toBe('nothing');
  });

  it('F17 F18 passes each frame exactly once, under any order, repetition and damage', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ index: fc.nat({ max: 19 }), damage: fc.option(fc.nat(), { freq: 3 }) }),
          { maxLength: 60 },
        ),
        async (deliveries) => {
          const { alice, bob } = await makePair();
          const sealed: Bytes[] = [];
          for (let index = 0; index < 20; index += 1) sealed.push(await alice.seal(MIC));
          const passed = new Set<number>();
          for (const { index, damage } of deliveries) {
            const frame = sealed[index] ?? new Uint8Array(0);
            const sent = damage === null ? frame : flipBit(frame, damage % (frame.length * 8));
            const code = await codeOf(() => bob.open(MIC, sent));
            if (damage !== null) expect(code).not.toBe('nothing');
            else expect(code).toBe(passed.has(index) ? 'duplicate' : 'nothing');
            if (damage === null) passed.add(index);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('epochs', () => {
  it('F12 opens frames of the epoch before for 10 s, and late keys open what comes after them', async () => {
    const { alice, bob } = await makePair();
    const early = await alice.seal(MIC);
    await alice.install(4);
    const ahead = await alice.seal(MIC);
    expect(await codeOf(() => bob.open(MIC, ahead))).toBe('unknown-epoch');
    await bob.install(4);
    expect(await codeOf(() => bob.open(MIC, ahead))).toBe('nothing');
    expect(await codeOf(() => bob.open(MIC, early))).toBe('nothing');
  });

  it('F12 opens nothing of an epoch that one never had', async () => {
    const { alice } = await makePair();
    const carol = makeMember('carol');
    const before = await alice.seal(MIC);
    await carol.install(4);
    expect(await codeOf(() => carol.open(MIC, before))).toBe('unknown-epoch');
  });

  it('F9 tells a group from the one that it replaces', async () => {
    const { alice, bob } = await makePair(0);
    const old = await alice.seal(MIC);
    await alice.install(0, groupOf(2));
    await bob.install(0, groupOf(2));
    const fresh = await alice.seal(MIC);
    expect(await codeOf(() => bob.open(MIC, fresh))).toBe('nothing');
    expect(await codeOf(() => bob.open(MIC, old))).toBe('nothing');
  });
});
