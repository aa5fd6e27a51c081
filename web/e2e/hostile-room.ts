// Ann, Bob and Cat in one meeting on a media server that lies to Cat, and what Cat gets of it.
import type { Browser } from 'puppeteer';
import { expect } from 'vitest';
import { createHostileSfu, type HostileSfu, type SentStream } from './hostile-sfu.ts';
import { inbound, rememberConnections } from './in-page-media.ts';
import {
  type InProcessOptions,
  type InProcessServer,
  startInProcess,
} from './in-process-server.ts';
import { Person } from './person.ts';
import type { Relay } from './relay.ts';
import { until } from './until.ts';

/** Packets that must have come before it counts that nothing of them was decoded. */
const ENOUGH_PACKETS = 20;
/** Enough to tell a stream from a single late frame; of sound, a fifth of a second. */
const SOME = { video: 15, audio: 9600 } as const;
const A_FEW_FRAMES = 3;
/** Looks in a row at which nothing new was decoded: whatever was under way has come through. */
const QUIET_LOOKS = 5;

export interface Inbound {
  readonly packets: number;
  readonly decoded: number;
}

export const openHostileRoom = async (
  browser: Browser,
  options: Omit<InProcessOptions, 'mediaNode'> = {},
): Promise<HostileRoom> => {
  const sfu = createHostileSfu();
  const server = await startInProcess({
    callMode: 'sfu-only',
    ...options,
    mediaNode: sfu.wrap,
  });
  const [ann, bob, cat] = [
    await Person.arrive(browser, 'Ann'),
    await Person.arrive(browser, 'Bob'),
    await Person.arrive(browser, 'Cat'),
  ];
  await cat.page.evaluateOnNewDocument(rememberConnections);
  const link = await ann.makeMeeting(server.url);
  await ann.join(link);
  await Promise.all([bob.join(link), cat.join(link)]);
  const room = new HostileRoom({ sfu, server, link, ann, bob, cat });
  const ids = { ann: await ann.peerId(), bob: await bob.peerId(), cat: await cat.peerId() };
  for (const otherId of [ids.ann, ids.bob]) await cat.seesFramesIn(cat.tile(otherId));
  sfu.victim = ids.cat;
  await room.move();
  await room.isHonestAgain();
  return room;
};

interface Parts {
  readonly sfu: HostileSfu;
  readonly server: InProcessServer;
  readonly link: string;
  readonly ann: Person;
  readonly bob: Person;
  readonly cat: Person;
}

export class HostileRoom {
  readonly sfu: HostileSfu;
  readonly server: InProcessServer;
  readonly link: string;
  readonly ann: Person;
  readonly bob: Person;
  readonly cat: Person;

  constructor({ sfu, server, link, ann, bob, cat }: Parts) {
    this.sfu = sfu;
    this.server = server;
    this.link = link;
    this.ann = ann;
    this.bob = bob;
    this.cat = cat;
  }

  /** Camera and microphone. */
  async streamsOf(person: Person): Promise<readonly [SentStream, SentStream]> {
    const peerId = await person.peerId();
    return [
      { peerId, source: 'cam' },
      { peerId, source: 'mic' },
    ];
  }

  /** Waits for Cat to have asked for that stream. */
  relay(stream: SentStream): Promise<Relay> {
    return must(`Cat consumes ${stream.source}`, () => this.sfu.relayOf(stream));
  }

  producer(stream: SentStream): Promise<string> {
    return must(`${stream.source} is produced`, () => this.sfu.producerOf(stream));
  }

  /** What Cat takes for `claimed` is `given` from now on. */
  async swap(claimed: SentStream, given: SentStream): Promise<void> {
    await (await this.relay(claimed)).carry(await this.producer(given));
  }

  async tellTruth(streams: readonly SentStream[]): Promise<void> {
    for (const stream of streams) await this.swap(stream, stream);
  }

  /** All is produced and consumed anew, under the same keys. */
  async move(): Promise<void> {
    this.sfu.move();
    for (const person of [this.ann, this.bob]) {
      for (const stream of await this.streamsOf(person)) await this.producer(stream);
    }
  }

  async inbound(stream: SentStream): Promise<Inbound> {
    const got = await this.cat.page.evaluate(inbound, this.sfu.ssrcOf(stream) ?? 0);
    return got ?? { packets: 0, decoded: 0 };
  }

  /** Nothing of those streams is decoded any more; `again` is called between two looks. */
  async comesToRest(streams: readonly SentStream[], again = nothing): Promise<void> {
    let last: readonly number[] = [];
    let quiet = 0;
    await until(
      'Cat decodes nothing more',
      async () => {
        again();
        const decoded = await this.#decoded(streams);
        quiet = decoded.every((count, index) => count === last[index]) ? quiet + 1 : 0;
        last = decoded;
        return quiet;
      },
      (looks) => looks >= QUIET_LOOKS,
    );
  }

  /** Cat goes on decoding of each of them. */
  async decodesMore(streams: readonly SentStream[], again = nothing): Promise<void> {
    const before = await this.#decoded(streams);
    await until(
      'Cat decodes more',
      async () => {
        again();
        const decoded = await this.#decoded(streams);
        return decoded.map((count, index) => count - (before[index] ?? 0));
      },
      (more) => more.every((count, index) => count >= SOME[kindOf(streams[index])]),
    );
  }

  /** Packets of those streams come to Cat, and none of them is decoded. */
  async decodesNone(streams: readonly SentStream[], again = nothing): Promise<void> {
    await this.comesToRest(streams, again);
    const decoded = await this.#decoded(streams);
    const before = await this.#packets(streams);
    await until(
      `Cat receives ${ENOUGH_PACKETS} packets of each`,
      async () => {
        again();
        const packets = await this.#packets(streams);
        return packets.map((count, index) => count - (before[index] ?? 0));
      },
      (more) => more.every((count) => count >= ENOUGH_PACKETS),
    );
    expect(await this.#decoded(streams)).toEqual(decoded);
  }

  /** As `decodesNone`; and the tiles say so, and nothing is shown or heard in them. */
  async refuses(streams: readonly SentStream[], again = nothing): Promise<void> {
    for (const { peerId, source } of streams) {
      const { cat } = this;
      const tile = source === 'screen' ? cat.screenTile(peerId) : cat.tile(peerId);
      await until(
        `Cat's tile of ${source} says that it failed`,
        async () => {
          again();
          return cat.page.$(`${tile}[data-encryption="failed"]`);
        },
        (found) => found !== null,
      );
    }
    await this.decodesNone(streams, again);
  }

  /** Cat sees and hears the others, and they each other. */
  async isHonestAgain(): Promise<void> {
    const { ann, bob, cat } = this;
    const ids = [await ann.peerId(), await bob.peerId()];
    for (const id of ids) await cat.finds(`${cat.tile(id)}[data-encryption="ok"]`);
    await Promise.all(ids.map((id) => cat.seesFramesIn(cat.tile(id), A_FEW_FRAMES)));
    await Promise.all(ids.map((id) => cat.hears(id)));
    await this.othersGoOn();
  }

  /** Ann and Bob see each other and Cat. */
  async othersGoOn(): Promise<void> {
    const { ann, bob, cat } = this;
    const pairs = [ann, bob].flatMap((person) =>
      [ann, bob, cat].filter((other) => other !== person).map((other) => ({ person, other })),
    );
    await Promise.all(
      pairs.map(async ({ person, other }) => {
        const tile = person.tile(await other.peerId());
        await person.finds(`${tile}[data-encryption="ok"]`);
        await person.seesFramesIn(tile, A_FEW_FRAMES);
      }),
    );
  }

  async #decoded(streams: readonly SentStream[]): Promise<readonly number[]> {
    const got = await Promise.all(streams.map((stream) => this.inbound(stream)));
    return got.map(({ decoded }) => decoded);
  }

  async #packets(streams: readonly SentStream[]): Promise<readonly number[]> {
    const got = await Promise.all(streams.map((stream) => this.inbound(stream)));
    return got.map(({ packets }) => packets);
  }

  async close(): Promise<void> {
    for (const person of [this.ann, this.bob, this.cat]) await person.close();
    this.sfu.stop();
    await this.server.close();
  }
}

const kindOf = (stream: SentStream | undefined): keyof typeof SOME =>
  stream?.source === 'mic' || stream?.source === 'screenAudio' ? 'audio' : 'video';

const nothing = (): void => undefined;

const must = async <T>(what: string, look: () => T | null): Promise<T> => {
  const found = await until(
    what,
    async () => look(),
    (answer) => answer !== null,
  );
  if (found === null) throw new Error(what);
  return found;
};
