// A meeting of headless members at real apps: who joins, who is there, and whether all of them came to
// one group with one authenticator.
import { expect, vi } from 'vitest';
import type { RoomId } from '@sotto/signaling/protocol';
import { makeLinkSecret } from '../../../e2ee/src/link-secret.ts';
import { Apps } from './apps.ts';
import { HeadlessMember } from './headless-member.ts';
import { type InstalledWorkers, installWorkers, type MakeKeys } from './in-process-workers.ts';
import { during, SteppedTime, type TestTime } from './time.ts';
import { type Between, Wire } from './wire.ts';

export interface SceneOptions {
  readonly apps?: number;
  readonly time?: TestTime;
  /** [0, 1), for the clients' own dice. */
  readonly random?: () => number;
  readonly makeKeys?: MakeKeys;
}

/** Senders move to a new epoch after one second at most. */
const SWITCHED_MS = 1_200;

/** Three key packages, half a minute's rest, and as much again. */
const PATIENCE_MS = 180_000;

const namesOf = (members: readonly HeadlessMember[]): string =>
  members
    .map(({ maybePeerId }) => maybePeerId ?? '?')
    .sort()
    .join();

const rosterOf = ({ epoch }: HeadlessMember): string =>
  (epoch?.roster ?? [])
    .map(({ peerId }) => peerId)
    .sort()
    .join();

export class GroupScene {
  readonly time: TestTime;
  readonly apps: Apps;
  readonly secret: string;
  readonly roomId: RoomId;
  /** Every text that crossed a socket. */
  readonly frames: string[] = [];
  readonly #random: () => number;
  readonly #workers: InstalledWorkers;
  readonly #gone: HeadlessMember[] = [];
  #members: readonly HeadlessMember[] = [];

  private constructor(
    time: TestTime,
    apps: Apps,
    room: { readonly secret: string; readonly roomId: RoomId },
    random: () => number,
    workers: InstalledWorkers,
  ) {
    this.time = time;
    this.apps = apps;
    this.secret = room.secret;
    this.roomId = room.roomId;
    this.#random = random;
    this.#workers = workers;
  }

  static async start(options: SceneOptions = {}): Promise<GroupScene> {
    const { apps: count = 1, time = new SteppedTime(), random = Math.random } = options;
    const workers = installWorkers(time, options.makeKeys);
    const apps = await Apps.start(time, count);
    const secret = makeLinkSecret();
    const roomId = await apps.newRoom(secret);
    return new GroupScene(time, apps, { secret, roomId }, random, workers);
  }

  /** Who is here: not those who left or crashed. */
  get members(): readonly HeadlessMember[] {
    return this.#members;
  }

  /** Begins to join; `between` is there from the first word on. */
  async join(name: string, between?: Between): Promise<HeadlessMember> {
    const { time, apps, roomId, secret } = this;
    const wire = new Wire({
      time,
      nextUrl: apps.nextUrl,
      onFrame: (text) => this.frames.push(text),
    });
    if (between !== undefined) wire.between = between;
    const token = await apps.joinToken(roomId, secret);
    const random = this.#random;
    const { lastFrames } = this.#workers;
    const deps = { time, wire, token, roomId, secret, name, random, lastFrames };
    const member = new HeadlessMember(deps);
    this.#members = [...this.#members, member];
    return member;
  }

  /** All at once. */
  joinAll(names: readonly string[]): Promise<readonly HeadlessMember[]> {
    return Promise.all(names.map((name) => this.join(name)));
  }

  /** One after the other, each when those before are together. */
  async gather(...names: readonly string[]): Promise<readonly HeadlessMember[]> {
    const joined: HeadlessMember[] = [];
    for (const name of names) {
      joined.push(await this.join(name));
      await this.#comeTogether(this.#members, PATIENCE_MS);
    }
    await this.converge();
    return joined;
  }

  /** Who of `to` can hear what `from` sends now. */
  async hearers(
    from: HeadlessMember,
    to: readonly HeadlessMember[] = this.#members,
  ): Promise<readonly string[]> {
    const frame = crypto.getRandomValues(new Uint8Array(8));
    const sealed = await from.frames.mic()(frame);
    if (sealed === null) throw new Error(`${from.name} sends nothing`);
    const heard: string[] = [];
    for (const member of to) {
      const opened = await member.frames.mic(from.peerId)(sealed);
      if (opened === null) continue;
      expect(opened).toEqual(frame);
      heard.push(member.name);
    }
    return heard;
  }

  leave(member: HeadlessMember): void {
    member.leave();
    this.#without(member);
  }

  /** Gone from the room, with its keys as they were. */
  leaveKeepingKeys(member: HeadlessMember): void {
    member.leaveKeepingKeys();
    this.#without(member);
    this.#gone.push(member);
  }

  crash(member: HeadlessMember): void {
    member.crash();
    this.#without(member);
  }

  #without(gone: HeadlessMember): void {
    this.#members = this.#members.filter((member) => member !== gone);
  }

  /** Whether all of these are in one epoch, and nobody else is. */
  isTogether(members: readonly HeadlessMember[] = this.#members): boolean {
    const names = namesOf(members);
    return (
      new Set(members.map(({ point }) => point)).size === 1 &&
      members.every((member) => rosterOf(member) === names)
    );
  }

  /** Until all are together, and send there; then one code is shown to all. */
  async converge(
    members: readonly HeadlessMember[] = this.#members,
    patienceMs = PATIENCE_MS,
  ): Promise<void> {
    await this.#comeTogether(members, patienceMs);
    const codes = await this.codes(members);
    expect(new Set(codes).size, 'one safety code').toBe(1);
  }

  async #comeTogether(members: readonly HeadlessMember[], patienceMs: number): Promise<void> {
    try {
      await this.time.until(() => this.isTogether(members), patienceMs);
      await this.time.pass(SWITCHED_MS);
      await this.time.until(() => this.isTogether(members), patienceMs);
    } catch (cause) {
      throw new Error(await this.#inWords(members), { cause });
    }
  }

  codes(members: readonly HeadlessMember[] = this.#members): Promise<readonly string[]> {
    return during(this.time, Promise.all(members.map((member) => member.safetyCode())));
  }

  /** And until it has arrived wherever it will. */
  async say(member: HeadlessMember, text: string): Promise<void> {
    await during(this.time, member.say(text));
    await this.time.settle();
  }

  /** Each says something, and hears what all others said. */
  async chatAllWays(members: readonly HeadlessMember[] = this.#members): Promise<void> {
    const round = crypto.randomUUID().slice(0, 8);
    const said = members.map(({ name }) => `${name}: ${round}`).sort();
    for (const member of members) await this.say(member, round);
    const heard = (member: HeadlessMember): readonly string[] =>
      member.texts.filter((text) => text.endsWith(round)).sort();
    const wanted = (member: HeadlessMember): readonly string[] =>
      said.filter((text) => text !== `${member.name}: ${round}`);
    await this.time
      .until(() => members.every((one) => heard(one).length >= members.length - 1), 10_000)
      .catch(() => undefined);
    expect(members.map(heard)).toEqual(members.map(wanted));
  }

  async close(): Promise<void> {
    for (const member of this.#members) member.crash();
    for (const member of this.#gone) member.forget();
    await this.apps.close();
    vi.unstubAllGlobals();
  }

  async #inWords(members: readonly HeadlessMember[]): Promise<string> {
    const record = await this.apps.record(this.roomId);
    const states = members.map(
      (member) =>
        `${member.name} (${member.maybePeerId}): ${member.point} [${rosterOf(member)}] ` +
        `${member.ended ?? ''} ${member.troubles.join()}`,
    );
    const { group, keyPackages = [], peers = [] } = record ?? {};
    const inRoom = peers.map(({ peerId, connected }) => (connected ? peerId : `(${peerId})`));
    const asking = keyPackages.map(({ peerId }) => peerId);
    const inside = group?.members.join() ?? 'nobody';
    return [
      'not together',
      ...states,
      `record: ${group?.groupId} ${group?.epoch} of ${inside}`,
      `room: ${inRoom.join()}; asking: ${asking.join()}`,
    ].join('\n');
  }
}
