// People in a room with a group of keys, as the server sees them.
import { expect } from 'vitest';
import type { GroupPoint, RecordEvent, RoomId } from '../../src/protocol/index.ts';
import { anyCommit, anyKeyPackage, anyPoint, anyTag, pointAfter } from './group-samples.ts';
import type { Scene } from './scene.ts';
import { TestClient } from './test-client.ts';

export type CommitEvent = Extract<RecordEvent, { event: 'commit' }>;

export interface Meeting {
  readonly world: Scene;
  readonly roomId: RoomId;
  /** The first made the group and welcomed the others. */
  readonly members: readonly TestClient[];
  readonly group: GroupPoint;
  /** Of that epoch: what members know, and what nobody is told. */
  readonly tag: string;
  /** The commit that let the others in. */
  readonly first: ReturnType<typeof anyCommit>;
}

export const isCommit = (event: { readonly event: string }): event is CommitEvent =>
  event.event === 'commit';

export const commitsHeard = (client: TestClient): readonly CommitEvent[] =>
  client.events.filter(isCommit);

export const count = (client: TestClient, name: string): number =>
  client.events.filter(({ event }) => event === name).length;

/** When every client has been told of all that there is. */
export const level = async (...clients: readonly TestClient[]): Promise<void> => {
  const newest = (): number => Math.max(...clients.map(({ at }) => at.version));
  await expect.poll(() => clients.every(({ at }) => at.version === newest())).toBe(true);
};

/** `urls`: who joins where, when that is not at one app after the other. */
export const meet = async (
  world: Scene,
  people: number,
  urls: readonly string[] = [],
): Promise<Meeting> => {
  const roomId = await world.newRoom();
  const members: TestClient[] = [];
  for (let index = 0; index < people; index += 1) {
    const url = urls[index];
    members.push(url === undefined ? await world.join(roomId) : await TestClient.join(url, roomId));
  }
  const [host, ...others] = members;
  if (host === undefined) throw new Error('nobody');
  await host.placed();
  const made = anyPoint(1);
  await host.request('create-group', { group: made, prev: null, tag: anyTag() });
  for (const other of others) await other.request('key-package', anyKeyPackage());
  const tag = anyTag();
  const first = anyCommit(
    made,
    others.map(({ peerId }) => peerId),
    tag,
  );
  await host.request('commit', first);
  await level(...members);
  return { world, roomId, members, group: pointAfter(made), tag, first };
};

/** The members by name; a test asks for as many as it made. */
export const named = ({ members }: Meeting) => {
  const [ada, bob, carol, dan] = members;
  if (ada === undefined || bob === undefined) throw new Error('two people');
  return { ada, bob, carol: carol ?? ada, dan: dan ?? ada };
};
