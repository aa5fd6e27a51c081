// What a real coturn does with the configuration: whom it lets in, and what it relays to.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Coturn, credentialsFor, findCoturn, startCoturn } from '../../web/e2e/coturn.ts';
import { openTurnClient, type TurnClient } from './turn-client.ts';

const LONG_S = 600;
const ALLOWED = { ipv4: '10.1.2.3', ipv6: 'fd00::7' } as const;
/** Between networks that are not. */
const PUBLIC = {
  ipv4: ['1.1.1.1', '9.255.255.255', '172.32.0.0'],
  ipv6: ['2606:4700::1', '2a00::'],
};

/** First and last of each network that is nobody's on the internet (IANA's special registries). */
const DENIED = {
  ipv4: [
    ['0.0.0.0', '0.255.255.255'],
    ['10.0.0.0', '10.255.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['169.254.0.0', '169.254.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.0.0.0', '192.0.0.255'],
    ['192.0.2.0', '192.0.2.255'],
    ['192.31.196.0', '192.31.196.255'],
    ['192.52.193.0', '192.52.193.255'],
    ['192.88.99.0', '192.88.99.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['192.175.48.0', '192.175.48.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['198.51.100.0', '198.51.100.255'],
    ['203.0.113.0', '203.0.113.255'],
    ['224.0.0.0', '239.255.255.255'],
    ['240.0.0.0', '255.255.255.255'],
  ],
  ipv6: [
    ['::', '::1'],
    ['::ff', '::100'],
    ['::a00:1', '::c0a8:1'],
    ['::1:0', '::ffff:ffff'],
    ['::ffff:0:0', '::ffff:ffff:ffff'],
    ['::ffff:a00:1', '::ffff:7f00:1'],
    ['64:ff9b::', '64:ff9b::ffff:ffff'],
    ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
    ['100::', '100::1:ffff:ffff:ffff:ffff'],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ],
} as const;

// Where there is none, `npm test` leaves this file out and says so.
describe.skipIf(findCoturn() === undefined)('coturn', () => {
  let coturn: Coturn;
  const clients: TurnClient[] = [];

  beforeAll(async () => {
    coturn = await startCoturn({
      allowLoopbackPeers: false,
      settings: {
        TURN_RELAY_ADDRESSES: '127.0.0.1,::1',
        TURN_ALLOWED_PEERS: Object.values(ALLOWED).join(','),
        TURN_USER_QUOTA: '2',
      },
    });
  });

  afterAll(async () => {
    for (const client of clients) client.close();
    await coturn?.close();
  });

  const client = async (): Promise<TurnClient> => {
    const opened = await openTurnClient(coturn.address, coturn.port);
    clients.push(opened);
    return opened;
  };

  test('a name and password by the secret are let in; none, forged and expired ones are not', async () => {
    const { secret } = coturn;
    const good = credentialsFor(secret, 'ann', LONG_S);
    const later = credentialsFor(secret, 'ann', 2 * LONG_S);
    expect(await (await client()).allocate('ipv4')).toBe(401);
    expect(await (await client()).allocate('ipv4', good)).toBe(0);
    for (const wrong of [
      credentialsFor(secret, 'ann', -1),
      credentialsFor('another secret', 'ann', LONG_S),
      { ...good, username: later.username },
      { ...good, credential: '' },
    ]) {
      expect(await (await client()).allocate('ipv4', wrong)).toBe(401);
    }
  });

  test('a name has its quota of allocations, and another name its own', async () => {
    const credentials = credentialsFor(coturn.secret, 'bob', LONG_S);
    const answers: number[] = [];
    for (let allocation = 0; allocation < 3; allocation += 1) {
      answers.push(await (await client()).allocate('ipv4', credentials));
    }
    expect(answers).toEqual([0, 0, 486]);
    const other = credentialsFor(coturn.secret, 'cat', LONG_S);
    expect(await (await client()).allocate('ipv4', other)).toBe(0);
  });

  test.each(['ipv4', 'ipv6'] as const)(
    'peers (%s): the internet and what is allowed, no more',
    async (family) => {
      const relay = await client();
      expect(await relay.allocate(family, credentialsFor(coturn.secret, family, LONG_S))).toBe(0);
      const answers: Record<string, number> = {};
      for (const peer of [...PUBLIC[family], ALLOWED[family]])
        answers[peer] = await relay.permit(peer);
      expect(new Set(Object.values(answers)), JSON.stringify(answers)).toEqual(new Set([0]));
      const denied: Record<string, number> = {};
      for (const peer of DENIED[family].flat()) denied[peer] = await relay.permit(peer);
      expect(new Set(Object.values(denied)), JSON.stringify(denied)).toEqual(new Set([403]));
    },
  );

  test('loopback stays closed even to whom it is allowed as a peer', async () => {
    const open = await startCoturn({
      allowLoopbackPeers: false,
      settings: { TURN_ALLOWED_PEERS: '127.0.0.0-127.255.255.255' },
    });
    const relay = await openTurnClient(open.address, open.port);
    try {
      expect(await relay.allocate('ipv4', credentialsFor(open.secret, 'ann', LONG_S))).toBe(0);
      expect(await relay.permit('127.0.0.1')).toBe(403);
    } finally {
      relay.close();
      await open.close();
    }
  });

  test('the secret is in no line of the log, and passwords are not either', () => {
    const log = coturn.logLines.join('\n');
    expect(log).toMatch(/error 401/);
    expect(log).not.toContain(coturn.secret);
    expect(log).not.toContain(credentialsFor(coturn.secret, 'ann', LONG_S).credential);
  });
});
