// 60 seeded runs of random joins, leaves, rejoins and updates: every welcome opens, all stay together.
import { expect, test } from 'vitest';
import { validateRatchetTree } from 'ts-mls/clientState.js';
import {
  type Group,
  commitRound,
  groupOf,
  person,
  stateOf,
  suite,
  tagOf,
} from './testing/group-people.ts';
import { seeded } from './testing/seeded.ts';

const STEPS = 4;
const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

/** Whether the library itself would let somebody join with this tree. */
async function libraryAccepts(group: Group): Promise<boolean> {
  const { ratchetTree, groupContext, clientConfig } = stateOf(person(group, 0));
  const { lifetimeConfig, authService } = clientConfig;
  const error = await validateRatchetTree(
    ratchetTree,
    groupContext,
    lifetimeConfig,
    authService,
    groupContext.treeHash,
    suite,
  );
  return error === undefined;
}

async function run(seed: number): Promise<{ joins: number; refusedByLibrary: number }> {
  const random = seeded(seed);
  let group = await groupOf(4 + random.int(4));
  let named = group.length;
  let joins = 0;
  let refusedByLibrary = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const committer = random.pick(group);
    const others = group.filter((one) => one !== committer).map(({ peerId }) => peerId);
    const leaving = random.int(3) === 0 ? random.shuffle(others).slice(0, 1 + random.int(2)) : [];
    const coming = random.int(3) === 0 ? 0 : 1 + random.int(2);
    const removes = coming === 0 ? leaving.slice(0, others.length - 1) : leaving;
    const adds = Array.from({ length: coming }, () => {
      named += 1;
      return `p${named}`;
    });
    // Fails here if a member cannot follow or a welcome does not open.
    const round = await commitRound(group, committer, { adds, removes });
    group = round.group;
    joins += coming;
    expect(new Set(group.map(tagOf)).size, `seed ${seed} step ${step}`).toBe(1);
    if (coming > 0 && !(await libraryAccepts(group))) refusedByLibrary += coming;
  }
  return { joins, refusedByLibrary };
}

let refusedByLibrary = 0;

test.each([0, 1, 2, 3])(
  'G10 every welcome opens: 15 runs from seed %i × 15 + 1',
  async (part) => {
    for (const seed of SEEDS.slice(part * 15, part * 15 + 15)) {
      const result = await run(seed).catch((cause: unknown) => {
        throw new Error(`seed ${seed}`, { cause });
      });
      refusedByLibrary += result.refusedByLibrary;
    }
  },
  60_000,
);

test('G10 the library’s own check refused some of these: if it refuses none, it was mended', () => {
  expect(refusedByLibrary).toBeGreaterThan(0);
});
