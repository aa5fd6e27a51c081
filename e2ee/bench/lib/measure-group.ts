// Milliseconds for what a group of some size costs one member: letting one in, putting one out,
// following a commit, coming in. The keys alone: no envelope, no server, no network.
import { createGroupKeys, type GroupKeys, makeGroupId } from '../../src/groups.ts';

const SIZES = [2, 10, 50, 100] as const;
const RUNS = 5;
const PSK = new Uint8Array(32);
const NO_LIMIT = 1_000_000_000;

export type GroupStep = 'add' | 'remove' | 'process an add' | 'process a remove' | 'join';

export interface GroupFigures {
  readonly members: number;
  readonly step: GroupStep;
  /** One for each run. */
  readonly values: readonly number[];
}

const keysOf = (peerId: string): Promise<GroupKeys> =>
  createGroupKeys({ peerId, name: `name of ${peerId}`, psk: PSK });

const limits = () => ({ nowMs: Date.now(), maxBytes: NO_LIMIT });

async function additionOf(keys: GroupKeys, peerId: string) {
  return { peerId, keyPackage: await keys.makeKeyPackage(Date.now()) };
}

/** Who commits, who follows, and as many beside them as are only in the tree. */
async function makeGroup(members: number) {
  const groupId = makeGroupId(1);
  const [founder, follower] = await Promise.all([keysOf('founder'), keysOf('follower')]);
  await founder.draftGroup(groupId, Date.now());
  await founder.adoptDraft(groupId);
  const others = Array.from({ length: members - 2 }, (_, index) => `p${index}`);
  const adds = await Promise.all([
    additionOf(follower, 'follower'),
    ...others.map(async (peerId) => additionOf(await keysOf(peerId), peerId)),
  ]);
  const { welcomes } = await founder.makeCommit({ adds, removes: [] }, limits());
  await founder.mergeCommit();
  const welcome = welcomes.find(({ peerId }) => peerId === 'follower');
  if (welcome === undefined) throw new Error('not welcomed');
  await follower.join(welcome.bytes, { groupId, epoch: 1 });
  return { groupId, founder, follower };
}

async function measureSize(members: number): Promise<readonly GroupFigures[]> {
  const values = new Map<GroupStep, number[]>();
  const timed = async <Value>(step: GroupStep, run: number, work: () => Promise<Value>) => {
    const startMs = performance.now();
    const value = await work();
    // The first warms up.
    if (run > 0) values.set(step, [...(values.get(step) ?? []), performance.now() - startMs]);
    return value;
  };
  const { groupId, founder, follower } = await makeGroup(members);
  for (let run = 0; run <= RUNS; run += 1) {
    const peerId = `new${run}`;
    const newcomer = await keysOf(peerId);
    const adds = [await additionOf(newcomer, peerId)];
    const added = await timed('add', run, () =>
      founder.makeCommit({ adds, removes: [] }, limits()),
    );
    await founder.mergeCommit();
    await timed('process an add', run, () => follower.acceptCommit(added.commit, 'founder'));
    const [welcome] = added.welcomes;
    if (welcome === undefined) throw new Error('not welcomed');
    const point = { groupId, epoch: 2 + 2 * run };
    await timed('join', run, () => newcomer.join(welcome.bytes, point));
    const removes = [peerId];
    const removed = await timed('remove', run, () =>
      founder.makeCommit({ adds: [], removes }, limits()),
    );
    await founder.mergeCommit();
    await timed('process a remove', run, () => follower.acceptCommit(removed.commit, 'founder'));
    newcomer.close();
  }
  founder.close();
  follower.close();
  return [...values].map(([step, each]) => ({ members, step, values: each }));
}

export const measureGroups = async (): Promise<readonly GroupFigures[]> => {
  const figures: GroupFigures[] = [];
  for (const members of SIZES) figures.push(...(await measureSize(members)));
  return figures;
};
