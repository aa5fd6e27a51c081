// One storm at real apps: people come, go, crash, lose sockets, hang and talk, in an order that the seed
// picks; then it is still, and whoever is left must be one group.
import { randomBytes } from 'node:crypto';
import { GroupPoint, MessageId } from '@sotto/signaling/protocol';
import { type Seeded, seeded } from '../../../signaling/test/support/seeded.ts';
import { GroupScene } from './group-scene.ts';
import type { HeadlessMember } from './headless-member.ts';

/** More would be slower, not wilder. */
const MOST_MEMBERS = 7;
/** What may come between two strikes. */
const LONGEST_PAUSE_MS = 900;

interface Storm {
  readonly scene: GroupScene;
  readonly random: Seeded;
  readonly held: Set<HeadlessMember>;
  names: number;
  readonly isHostile: boolean;
}

const pickFrom = (
  random: Seeded,
  members: readonly HeadlessMember[],
): HeadlessMember | undefined => (members.length === 0 ? undefined : random.pick(members));

const comesBack = ({ held }: Storm, member: HeadlessMember): void => {
  member.wire.offline = false;
  held.delete(member);
  member.wire.letGo();
};

const STRIKES = {
  join: async (storm: Storm) => {
    if (storm.scene.members.length >= MOST_MEMBERS) return;
    storm.names += 1;
    await storm.scene.join(`p${storm.names}`);
  },
  leave: async ({ scene, random, held }: Storm) => {
    const member = pickFrom(random, scene.members.slice(1));
    if (member === undefined) return;
    held.delete(member);
    scene.leave(member);
  },
  crash: async ({ scene, random, held }: Storm) => {
    const member = pickFrom(random, scene.members.slice(1));
    if (member === undefined) return;
    held.delete(member);
    scene.crash(member);
  },
  drop: async ({ scene, random }: Storm) => pickFrom(random, scene.members)?.wire.drop(),
  vanish: async ({ scene, random }: Storm) => {
    const member = pickFrom(random, scene.members);
    if (member === undefined) return;
    member.wire.offline = true;
    member.wire.drop();
  },
  hang: async ({ scene, random, held }: Storm) => {
    const member = pickFrom(random, scene.members);
    if (member === undefined) return;
    held.add(member);
    member.wire.holdUp();
  },
  comeBack: async (storm: Storm) => {
    const { scene, random, held } = storm;
    const away = scene.members.filter((one) => one.wire.offline || held.has(one));
    const member = pickFrom(random, away);
    if (member !== undefined) comesBack(storm, member);
  },
  // What is said in a storm may be lost; what arrives is checked below.
  talk: async ({ scene, random }: Storm) => {
    const member = pickFrom(random, scene.members);
    member?.say(`${member.name} ${random.int(1_000_000)}`).catch(() => undefined);
  },
  // Taken by the server, and followed by nobody: the group is given up, or its author comes in again.
  noise: async ({ scene, random, isHostile }: Storm) => {
    const member = pickFrom(random, scene.members);
    if (!isHostile || member?.epoch === undefined || member.epoch === null) return;
    const noise = {
      messageId: MessageId.parse(randomBytes(12).toString('base64url')),
      group: GroupPoint.parse(member.epoch),
      tagHash: randomBytes(8).toString('base64url'),
      envelope: randomBytes(300).toString('base64url'),
      welcomes: [],
    };
    member.request('commit', noise).catch(() => undefined);
  },
  forget: async ({ scene, random }: Storm) => {
    if (!random.chance(0.25)) return;
    if ((await scene.apps.record(scene.roomId)) === null) return;
    await scene.apps.forget(scene.roomId);
    // A node finds out with the next thing that somebody does.
    for (const member of scene.members) {
      member.request('read-room', {}).catch(() => undefined);
    }
  },
} as const;

const OFTEN: readonly (keyof typeof STRIKES)[] = [
  ...(['join', 'join', 'join', 'leave', 'crash', 'drop', 'drop', 'vanish'] as const),
  ...(['hang', 'comeBack', 'comeBack', 'talk', 'talk', 'forget', 'noise'] as const),
];

/** Nothing is shown twice, nothing in another's name. */
const checkHeard = (member: HeadlessMember): void => {
  if (new Set(member.texts).size < member.texts.length) {
    throw new Error(`${member.name} heard something twice: ${member.texts.join(', ')}`);
  }
  for (const text of member.texts) {
    const [from = '', said = ''] = text.split(': ');
    // Of the storm itself: the last round says other things.
    if (said.startsWith('p') && !said.startsWith(`${from} `)) {
      throw new Error(`${member.name} heard “${text}”`);
    }
  }
};

export interface StormOptions {
  readonly seed: number;
  readonly strikes: number;
  readonly apps: number;
  /** Members send noise in place of commits, too. */
  readonly isHostile?: boolean;
}

/** Throws, with the seed, where the room does not become one group again. */
export const groupStorm = async ({
  seed,
  strikes,
  apps,
  isHostile = false,
}: StormOptions): Promise<void> => {
  const random = seeded(seed);
  const scene = await GroupScene.start({ apps, random: () => random.int(2 ** 20) / 2 ** 20 });
  const storm: Storm = { scene, random, held: new Set(), names: 0, isHostile };
  try {
    await scene.join('p0');
    for (let index = 0; index < strikes; index += 1) {
      await STRIKES[random.pick(OFTEN)](storm);
      if (random.chance(0.25)) await scene.time.settle();
      else await scene.time.pass(random.int(LONGEST_PAUSE_MS));
    }
    for (const member of scene.members) comesBack(storm, member);
    // Whoever could not get in for so long gave up (before the first join alone), and is no fault.
    for (const member of scene.members) {
      if (member.ended === 'unreachable' && member.maybePeerId === null) scene.crash(member);
    }
    // Whoever was away too long is out of the room by now, and joins again by itself.
    await scene.time.pass(60_000);
    // A sole survivor has begun anew (G34), and lets in whoever comes.
    await scene.join('last');
    await scene.converge();
    await scene.chatAllWays();
    for (const member of scene.members) checkHeard(member);
  } catch (cause) {
    throw new Error(`SEED=${seed} apps=${apps} hostile=${isHostile}`, { cause });
  } finally {
    await scene.close();
  }
};
