// Members who each have a server of their own between them and the real one, so that it can lie to one
// and be honest with the other.
import type { GroupScene } from './group-scene.ts';
import type { HeadlessMember } from './headless-member.ts';
import { type Fact, LyingServer } from './lying-server.ts';

export interface LiedTo {
  readonly member: HeadlessMember;
  readonly server: LyingServer;
}

/** Honest until told otherwise. */
export const joinLied = async (
  scene: GroupScene,
  name: string,
  lies: LyingServer['lies'] = {},
): Promise<LiedTo> => {
  const server: LyingServer = new LyingServer(() => member.wire);
  server.lies = lies;
  const member: HeadlessMember = await scene.join(name, server);
  return { member, server };
};

/** One after the other, each when those before are together. */
export const gatherLied = async (
  scene: GroupScene,
  ...names: readonly string[]
): Promise<readonly LiedTo[]> => {
  const all: LiedTo[] = [];
  for (const name of names) {
    all.push(await joinLied(scene, name));
    await scene.time.until(() => scene.isTogether());
  }
  await scene.converge();
  return all;
};

export const tellAll = (all: readonly LiedTo[], fact: Fact): void => {
  for (const { server } of all) server.tell(fact);
};

export const lieToAll = (all: readonly LiedTo[], lies: LyingServer['lies']): void => {
  for (const { server } of all) server.lies = lies;
};

export const namesOf = (member: HeadlessMember): readonly string[] =>
  member.group.roster.map(({ name }) => name).sort();

export const at = (all: readonly LiedTo[], index: number): LiedTo => {
  const one = all[index];
  if (one === undefined) throw new Error(`nobody at ${index}`);
  return one;
};

/** Honest again: with whoever comes next, all are one group. */
export const makePeace = async (scene: GroupScene, all: readonly LiedTo[]): Promise<void> => {
  lieToAll(all, {});
  await scene.time.pass(35_000);
  await scene.join('Zoe');
  await scene.converge();
  await scene.chatAllWays();
};
