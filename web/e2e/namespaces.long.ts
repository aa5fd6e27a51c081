// Networks that change, lose, slow down and block, between hosts of their own: the call goes on, with
// the same people and no new join; what it took is printed.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findCoturn } from './coturn.ts';
import { longestGap } from './gaps.ts';
import { connectionsMade, frameMoments } from './in-page-frames.ts';
import { type Pair, pairsInUse } from './in-page-turn.ts';
import { type NamespaceCall, PORTS, startNamespaceCall } from './namespace-call.ts';
import { hasNetem, whyNoNetwork } from './namespace-network.ts';
import { until } from './until.ts';

const DOWN_MS = 8_000;
/** Frames of a bad network: about ten seconds of a good one. */
const MANY_FRAMES = 150;

const why = whyNoNetwork() ?? (findCoturn() === undefined ? 'no coturn' : null);
const whyNoDelay = why ?? (hasNetem() ? null : 'this kernel has no netem');
const title = (name: string, reason: string | null): string =>
  reason === null ? name : `${name} (not run: ${reason})`;

const isUp = ({ state }: Pair): boolean => state === 'connected';

for (const callMode of ['sfu-only', 'auto'] as const) {
  describe.skipIf(why !== null)(title(`CALL_MODE=${callMode}`, why), () => {
    let call: NamespaceCall;

    beforeEach(async () => {
      call = await startNamespaceCall(callMode);
    });

    afterEach(async () => {
      await call?.close();
    });

    /** Does that to the network of a call, which survives it. */
    const survives = async (what: string, act: () => Promise<number> | number): Promise<void> => {
      const { ann, bob } = call;
      const ids = [await ann.person.peerId(), await bob.person.peerId()];
      const [annId = '', bobId = ''] = ids;
      const [annHeard, bobHeard] = [await ann.person.eventsHeard(), await bob.person.eventsHeard()];
      const made = await connections();
      const since = Date.now();
      const mended = await act();
      await call.seeAndHear();
      const end = Date.now();

      expect([await ann.person.peerId(), await bob.person.peerId()]).toEqual(ids);
      for (const [person, before] of [
        [ann.person, annHeard],
        [bob.person, bobHeard],
      ] as const) {
        expect(await person.tileCount()).toBe(1);
        const news = (await person.eventsHeard()).slice(before.length);
        expect(news.filter((name) => /^(peer-joined|peer-left|room-reset)$/.test(name))).toEqual(
          [],
        );
      }
      for (const [person, tile, of] of [
        [ann.person, ann.person.tile(bobId), 'Ann sees Bob'],
        [bob.person, bob.person.tile(annId), 'Bob sees Ann'],
      ] as const) {
        const moments = await person.page.evaluate(frameMoments, tile);
        const first = moments.find((moment) => moment > mended);
        const after = first === undefined ? 'none' : `${first - mended} ms`;
        console.log(
          `${callMode}, ${what}, ${of}: longest gap ${longestGap(moments, { from: since, to: end })} ms, first frame ${after} after`,
        );
      }
      const rebuilt = (await connections()).map((count, index) => count - (made[index] ?? 0));
      console.log(
        `${callMode}, ${what}: connections made anew by Ann and Bob: ${rebuilt.join(', ')}`,
      );
    };

    const connections = (): Promise<readonly number[]> =>
      Promise.all([call.ann, call.bob].map(({ person }) => person.page.evaluate(connectionsMade)));

    /** All of Ann's media leaves her host in one of these ways; dead connections are none. */
    const annSendsBy = async (...ways: readonly string[]): Promise<void> => {
      await until(
        `Ann sends by ${ways.join(' or ')} alone`,
        async () => (await call.ann.person.page.evaluate(pairsInUse)).filter(isUp),
        (pairs) => pairs.length > 0 && pairs.every(({ way }) => ways.includes(way)),
      );
    };

    const annsNetworks = 'ip saddr { 10.77.10.0/24, 10.77.11.0/24 }';

    test('J5 M10 an interface that goes down for 8 s', async () => {
      await call.meet();
      await survives('interface down for 8 s', async () => {
        call.ann.host.cable.pull();
        await pause(DOWN_MS);
        call.ann.host.cable.plugIn();
        return Date.now();
      });
    });

    test('M10 another address', async () => {
      await call.meet();
      await survives('another address', () => {
        call.ann.host.cable.readdress();
        return Date.now();
      });
    });

    test('M10 another interface takes over', async () => {
      await call.meet();
      await survives('another interface', () => {
        call.annsOther.plugIn();
        call.ann.host.cable.pull();
        return Date.now();
      });
    });

    test('M10 UDP is blocked in mid-call, then all but HTTPS and TURN by TLS, then nothing', async () => {
      await call.meet();
      await survives('UDP blocked', () => {
        call.network.filter(`${annsNetworks} meta l4proto udp drop`);
        return Date.now();
      });
      await annSendsBy('tcp', 'tls');
      await survives('all blocked but HTTPS and TURN by TLS', () => {
        call.network.filter(
          `${annsNetworks} tcp dport != { ${PORTS.https}, ${PORTS.turns} } drop`,
          `${annsNetworks} meta l4proto udp drop`,
        );
        return Date.now();
      });
      await annSendsBy('tls');
      await survives('nothing blocked any more', () => {
        call.network.filter();
        return Date.now();
      });
    });

    test('T1 who reaches nothing but HTTPS and TURN by TLS joins', async () => {
      call.network.filter(
        `${annsNetworks} tcp dport != { ${PORTS.https}, ${PORTS.turns} } drop`,
        `${annsNetworks} meta l4proto udp drop`,
      );
      await call.meet();
      await annSendsBy('tls');
    });

    test('M10 one packet in twenty is lost', async () => {
      await call.meet();
      await survives('5 % lost', async () => {
        call.network.filter('meta l4proto udp numgen random mod 100 < 5 drop');
        const since = Date.now();
        await manyFrames();
        return since;
      });
    });

    test('M10 300 kbit/s up and down', async () => {
      await call.meet();
      await survives('300 kbit/s', async () => {
        call.ann.host.cable.limit(300);
        const since = Date.now();
        await manyFrames();
        return since;
      });
    });

    const manyFrames = async (): Promise<void> => {
      const { ann, bob } = call;
      const [annId, bobId] = [await ann.person.peerId(), await bob.person.peerId()];
      await Promise.all([
        ann.person.seesFramesIn(ann.person.tile(bobId), MANY_FRAMES),
        bob.person.seesFramesIn(bob.person.tile(annId), MANY_FRAMES),
      ]);
    };

    test.skipIf(whyNoDelay !== null)(
      title('M10 200 ms of delay with jitter', whyNoDelay),
      async () => {
        await call.meet();
        await survives('200 ms ± 40 ms', async () => {
          call.ann.host.cable.delay(200, 40);
          const since = Date.now();
          await manyFrames();
          return since;
        });
      },
    );
  });
}
