// Calls of two people who reach each other, or the SFU, through a real coturn alone: over UDP, TCP and
// TLS, with credentials that are wrong, and with credentials that are renewed.
import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openTurnClient } from '../../turn/test/turn-client.ts';
import {
  type Coturn,
  credentialsFor,
  findCoturn,
  startCoturn,
  trustKeys,
  TURN_TRANSPORTS,
  type TurnTransport,
} from './coturn.ts';
import { launchBrowser, startServer, type TestServer } from './harness.ts';
import {
  gathered,
  type OtherCredentials,
  pairsInUse,
  turnCredentials,
  turnUsernames,
  useRelaysAlone,
} from './in-page-turn.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

/** Enough to tell a stream from what was on its way already. */
const FRAMES = 15;
/** Least that a server gives. */
const SHORT_TTL_S = 10;

const MODES = [
  { callMode: 'sfu-only', path: 'sfu', connections: 2 },
  { callMode: 'auto', path: 'p2p', connections: 1 },
] as const;

/** From `1795249319:peer`. */
const expiryOf = (username: string): number => Number(username.split(':')[0]);

const seeAndHear = async (ann: Person, bob: Person): Promise<void> => {
  const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
  await ann.seesFramesIn(ann.tile(bobId), FRAMES);
  await bob.seesFramesIn(bob.tile(annId), FRAMES);
  await ann.hears(bobId);
  await bob.hears(annId);
};

/** There is no picture, and the page says that it looks for a way. */
const isToldOfIt = async (ann: Person, bob: Person): Promise<void> => {
  await ann.seesNoVideoIn(ann.tile(await bob.peerId()));
  const { candidates } = await ann.page.evaluate(gathered);
  expect(candidates).toEqual([]);
  for (const person of [ann, bob]) {
    await person.finds('[data-testid="connection"][data-network-trouble="reconnecting-media"]');
  }
};

/** Requests by a name that it did not take. */
const refusedBy = (coturn: Coturn): number =>
  coturn.logLines.filter((line) => /user <\d+:[^>]+>.* error 401: Unauthorized/.test(line)).length;

/** The browser was told 401, and nothing else, and coturn says so too. */
const isRefused = async (person: Person, coturn: Coturn, before: number): Promise<void> => {
  const errors = await until(
    `${person.name} is refused a relay`,
    async () => (await person.page.evaluate(gathered)).errors,
    (codes) => codes.length > 0,
  );
  expect(new Set(errors)).toEqual(new Set([401]));
  expect(refusedBy(coturn)).toBeGreaterThan(before);
};

// Where there is none, `npm test` leaves this file out and says so.
describe.skipIf(findCoturn() === undefined)('through coturn', () => {
  let coturn: Coturn;
  let browser: Browser;
  let server: TestServer | undefined;
  let people: Person[] = [];

  beforeAll(async () => {
    coturn = await startCoturn();
    browser = await launchBrowser({ args: trustKeys(coturn.keyHash) });
  });

  afterEach(async () => {
    for (const person of people) await person.close();
    people = [];
    await server?.close();
    server = undefined;
  });

  afterAll(async () => {
    await browser?.close();
    await coturn?.close();
  });

  const arrive = async (name: string, others: OtherCredentials | null): Promise<Person> => {
    const person = await Person.arrive(browser, name);
    people.push(person);
    await person.page.evaluateOnNewDocument(useRelaysAlone, others);
    return person;
  };

  const meet = async (
    settings: Record<string, string>,
    others: OtherCredentials | null = null,
  ): Promise<readonly [Person, Person]> => {
    server = await startServer(settings);
    const ann = await arrive('Ann', others);
    const bob = await arrive('Bob', others);
    const link = await ann.makeMeeting(server.url);
    await ann.join(link);
    await bob.join(link);
    return [ann, bob];
  };

  const turnSettings = (...transports: readonly TurnTransport[]) => ({
    TURN_URLS: coturn.urls(...transports),
    TURN_SECRET: coturn.secret,
  });

  describe.each(MODES)('$callMode', ({ callMode, path, connections }) => {
    /** All that carries media of that person goes through a relay, reached that way. */
    const isRelayed = async (person: Person, transport: TurnTransport): Promise<void> => {
      await person.finds(`[data-testid="call-mode"][data-mode="${path}"]`);
      const pairs = await until(
        `${person.name} has ${connections} connections`,
        () => person.page.evaluate(pairsInUse),
        (found) => found.filter(({ bytes }) => bytes > 0).length === connections,
      );
      for (const pair of pairs) {
        expect(pair).toMatchObject({ state: 'connected', type: 'relay', way: transport });
      }
    };

    test.each(TURN_TRANSPORTS)(
      'T1 two people see and hear each other through TURN by %s',
      async (transport) => {
        const [ann, bob] = await meet({ CALL_MODE: callMode, ...turnSettings(transport) });
        await seeAndHear(ann, bob);
        for (const person of [ann, bob]) {
          await isRelayed(person, transport);
          const { candidates } = await person.page.evaluate(gathered);
          for (const candidate of candidates) expect(candidate).toContain(' typ relay ');
        }
      },
    );

    test('T2 credentials are renewed in mid-call, and an ICE restart works after the first expired', async () => {
      const ttl = { TURN_TTL: String(SHORT_TTL_S) };
      const [ann, bob] = await meet({ CALL_MODE: callMode, ...turnSettings('udp'), ...ttl });
      await seeAndHear(ann, bob);
      const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
      const first = await ann.page.evaluate(turnCredentials);
      if (first === null) throw new Error('Ann has no TURN credentials');
      const expiry = expiryOf(first.username);
      await until(
        'the first credentials expire',
        async () => Date.now() / 1000,
        (now) => now > expiry + 1,
      );
      for (const person of [ann, bob]) {
        await until(
          `${person.name} has new credentials everywhere`,
          () => person.page.evaluate(turnUsernames),
          (names) => names.length >= connections && names.every((name) => expiryOf(name) > expiry),
        );
      }
      const probe = await openTurnClient(coturn.address, coturn.port);
      expect(await probe.allocate('ipv4', first)).toBe(401);
      probe.close();

      const marks = coturn.logLines.length;
      await ann.page.evaluate(() => window.dispatchEvent(new Event('online')));
      const allocations = await until(
        'coturn allocates anew for Ann, by later credentials',
        async () =>
          coturn.logLines
            .slice(marks)
            .flatMap((line) => /: new, realm=.* username=<(\d+:[^>]+)>/.exec(line)?.[1] ?? []),
        (names) => names.filter((name) => name.endsWith(annId)).length >= connections,
      );
      for (const name of allocations) expect(expiryOf(name)).toBeGreaterThan(expiry);
      await seeAndHear(ann, bob);
      await isRelayed(ann, 'udp');
      expect([await ann.peerId(), await bob.peerId()]).toEqual([annId, bobId]);
      expect(await bob.eventsHeard()).not.toContain('peer-left');
    });
  });

  describe('wrong credentials', () => {
    test('T1 expired ones get no relay; coturn says 401, and the page that there is no way', async () => {
      const before = refusedBy(coturn);
      const expired = credentialsFor(coturn.secret, 'ann', -60);
      const [ann, bob] = await meet({ CALL_MODE: 'sfu-only', ...turnSettings('udp') }, expired);
      await isRefused(ann, coturn, before);
      await isToldOfIt(ann, bob);
    });

    test('T1 forged ones get no relay; coturn says 401, and the page that there is no way', async () => {
      const before = refusedBy(coturn);
      const forged = { TURN_SECRET: `${coturn.secret}, but another` };
      const [ann, bob] = await meet({ CALL_MODE: 'sfu-only', ...turnSettings('udp'), ...forged });
      await isRefused(ann, coturn, before);
      await isToldOfIt(ann, bob);
    });

    test('T1 without any there is no relay, and the page says that there is no way', async () => {
      const before = coturn.logLines.length;
      const [ann, bob] = await meet({ CALL_MODE: 'sfu-only' });
      await isToldOfIt(ann, bob);
      expect(coturn.logLines.slice(before).filter((line) => line.includes('ALLOCATE'))).toEqual([]);
    });
  });
});
