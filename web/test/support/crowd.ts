// Many people in many rooms of real nodes, on the real clock: each stays for a while, leaves or loses its
// connection for good, and another comes in its place.
import { expect } from 'vitest';
import * as z from 'zod/mini';
import { toBase64url } from '../../../e2ee/src/group-bytes.ts';
import { deriveJoinKey, joinHash, makeLinkSecret } from '../../../e2ee/src/link-secret.ts';
import { RoomId } from '../../../signaling/src/protocol/index.ts';
import type { ScriptCluster } from '../../../signaling/test/support/script-cluster.ts';
import type { Seeded } from '../../../signaling/test/support/seeded.ts';
import { HeadlessMember } from './headless-member.ts';
import { installWorkers } from './in-process-workers.ts';
import { RealTime } from './time.ts';
import { Wire } from './wire.ts';

export interface CrowdOptions {
  readonly rooms: number;
  readonly random: Seeded;
  readonly stay: { readonly least: number; readonly most: number };
}

interface Room {
  readonly secret: string;
  readonly roomId: RoomId;
}

interface Person {
  readonly member: HeadlessMember;
  readonly room: Room;
  readonly leavesAtMs: number;
}

/** How often the crowd looks who is to go. */
const LOOK_EVERY_MS = 250;
/** A group of ten takes a second or two to follow one who comes; many come at once. */
const TOGETHER_MS = 240_000;
/** People who come at the same moment to rooms of one thread. */
const AT_ONCE = 10;

const post = async (
  url: string,
  body: object,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
};

export class Crowd {
  readonly #cluster: ScriptCluster;
  readonly #options: CrowdOptions;
  readonly #rooms: readonly Room[];
  readonly #time = new RealTime();
  readonly #workers = installWorkers(this.#time);
  #people: readonly Person[] = [];
  #turn = 0;
  /** People who ever came. */
  joins = 0;

  private constructor(cluster: ScriptCluster, options: CrowdOptions, rooms: readonly Room[]) {
    this.#cluster = cluster;
    this.#options = options;
    this.#rooms = rooms;
  }

  static async start(cluster: ScriptCluster, options: CrowdOptions): Promise<Crowd> {
    const url = cluster.nodes[0]?.url ?? '';
    const rooms: Room[] = [];
    for (let count = 0; count < options.rooms; count += 1) {
      const secret = makeLinkSecret();
      const made = await post(
        `${url}/api/rooms`,
        { joinHash: joinHash(deriveJoinKey(secret)) },
        {},
      );
      rooms.push({ secret, roomId: z.parse(z.object({ roomId: RoomId }), made).roomId });
    }
    return new Crowd(cluster, options, rooms);
  }

  /** As many to each room. */
  async fill(people: number): Promise<void> {
    for (let come = 0; come < people; come += AT_ONCE) {
      const coming = Array.from({ length: Math.min(AT_ONCE, people - come) }, (_, index) =>
        this.#come(this.#roomAt(come + index)),
      );
      await Promise.all(coming);
    }
  }

  /** For every one who goes another comes to the same room. */
  async churn(ms: number): Promise<void> {
    const endMs = this.#time.now() + ms;
    while (this.#time.now() < endMs) {
      const due = this.#people.filter(({ leavesAtMs }) => leavesAtMs <= this.#time.now());
      await Promise.all(
        due.map(async (person) => {
          this.#go(person);
          await this.#come(person.room);
        }),
      );
      await this.#time.pass(LOOK_EVERY_MS);
    }
  }

  /** How many are in one group with all others of their room, and with nobody else. */
  together(): number {
    return this.#rooms
      .map((room) => this.#people.filter((person) => person.room === room))
      .filter((people) => isTogether(people.map(({ member }) => member)))
      .reduce((sum, { length }) => sum + length, 0);
  }

  async settle(): Promise<void> {
    await expect.poll(() => this.together(), { timeout: TOGETHER_MS }).toBe(this.#people.length);
  }

  async empty(): Promise<void> {
    for (const person of this.#people) this.#go(person);
    await this.#time.pass(LOOK_EVERY_MS);
  }

  close(): void {
    for (const { member } of this.#people) member.crash();
  }

  #roomAt(index: number): Room {
    return this.#rooms[index % this.#rooms.length] ?? expect.fail('no room');
  }

  readonly #nextUrl = (): string => {
    this.#turn += 1;
    const { nodes } = this.#cluster;
    return nodes[this.#turn % nodes.length]?.url ?? '';
  };

  async #come(room: Room): Promise<void> {
    const { random, stay } = this.#options;
    const { secret, roomId } = room;
    const time = this.#time;
    this.joins += 1;
    const authorization = `Bearer ${toBase64url(deriveJoinKey(secret))}`;
    // A limit for an address is not what this is about: everybody has one of their own.
    const address = {
      'x-forwarded-for': `10.${this.joins >> 16}.${(this.joins >> 8) & 255}.${this.joins & 255}`,
    };
    const url = `${this.#nextUrl()}/api/rooms/${roomId}/token`;
    const answer = await post(url, {}, { authorization, ...address });
    const { token } = z.parse(z.object({ token: z.string() }), answer);
    const wire = new Wire({ time, nextUrl: this.#nextUrl, onFrame: () => undefined });
    const { lastFrames } = this.#workers;
    const name = `p${this.joins}`;
    const member = new HeadlessMember({
      time,
      wire,
      token,
      roomId,
      secret,
      name,
      random: () => random.int(1_000) / 1_000,
      lastFrames,
    });
    const stayMs = stay.least + random.int(stay.most - stay.least);
    const person: Person = { member, room, leavesAtMs: time.now() + stayMs };
    this.#people = [...this.#people, person];
    await time.until(() => member.maybePeerId !== null || member.ended !== null);
  }

  #go(person: Person): void {
    this.#people = this.#people.filter((other) => other !== person);
    expect(person.member.ended, `${person.member.name} was put out`).toBeNull();
    person.member.leave();
  }
}

const namesOf = (members: readonly HeadlessMember[]): string =>
  members
    .map(({ maybePeerId }) => maybePeerId ?? '?')
    .sort()
    .join();

const isTogether = (members: readonly HeadlessMember[]): boolean =>
  new Set(members.map(({ point }) => point)).size === 1 &&
  members.every(
    ({ epoch }) =>
      (epoch?.roster ?? [])
        .map(({ peerId }) => peerId)
        .sort()
        .join() === namesOf(members),
  );
