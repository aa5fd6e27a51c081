// Rooms that are settled, and what tests look at in them.
import type { MadeMessage, Phase } from '../group-session-types.ts';
import { GroupWorld } from './group-world.ts';

export const rosterOf = (world: GroupWorld, peerId: string): readonly string[] =>
  world.lastEpoch(peerId).roster.map((member) => member.peerId);

export const phaseOf = (world: GroupWorld, peerId: string): Phase =>
  world.client(peerId).runner.state().phase;

export const sentCommits = (world: GroupWorld, peerId: string): readonly MadeMessage[] =>
  world
    .client(peerId)
    .effects.flatMap((effect) => (effect.type === 'send-commit' ? [effect.message] : []));

/** `a` founded it; the others came at once, in an order of leaves that the seed picked. */
export async function worldOf(count: number, seed = 1): Promise<GroupWorld> {
  const world = new GroupWorld(seed);
  await world.join('a');
  await world.settle();
  await world.joinAll(Array.from({ length: count - 1 }, (_, i) => 'bcdefghij'[i] ?? 'z'));
  await world.converge();
  return world;
}

/** The next commit never reaches `victim`. */
export function withhold(world: GroupWorld, victim: string): void {
  world.tamper = (to, event) => {
    if (to !== victim || event.type !== 'commit') return event;
    world.tamper = (_, any) => any;
    return null;
  };
}
