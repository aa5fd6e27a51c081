// What has to hold between all who meet.
import type { Person } from './person.ts';

/** Every pair, both ways; everybody at once. */
export const everyPair = async (
  people: readonly Person[],
  check: (person: Person, otherId: string) => Promise<void>,
): Promise<void> => {
  const ids = await Promise.all(people.map((person) => person.peerId()));
  const checkOthers = async (person: Person, own: number): Promise<void> => {
    for (const otherId of ids.toSpliced(own, 1)) await check(person, otherId);
  };
  await Promise.all(people.map(checkOthers));
};
