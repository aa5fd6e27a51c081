// What encryption costs at the door: from the click on Join to the first decoded frame, with it and in
// a build without it, one after the other in the same browser on the same machine.
import type { Browser } from 'puppeteer';
import type { Row } from '../../../bench/report.ts';
import { launchBrowser } from '../../e2e/harness.ts';
import { type InProcessServer, startInProcess } from '../../e2e/in-process-server.ts';
import { Person } from '../../e2e/person.ts';

const joinMs = async (server: InProcessServer, browser: Browser): Promise<number> => {
  const ann = await Person.arrive(browser, 'Ann');
  const bob = await Person.arrive(browser, 'Bob');
  try {
    const link = await ann.makeMeeting(server.url);
    await ann.join(link);
    const annId = await ann.peerId();
    await bob.page.goto(link);
    await bob.fillIn();
    const startMs = performance.now();
    await bob.press('join');
    await bob.seesFramesIn(bob.tile(annId), 1);
    return performance.now() - startMs;
  } finally {
    await ann.close();
    await bob.close();
  }
};

/** Milliseconds with and without (the page in `plaintextRoot`), and their ratio run by run. */
export const measureJoinCost = async (
  runs: number,
  plaintextRoot: string,
): Promise<readonly Row[]> => {
  const encryptedServer = await startInProcess({ callMode: 'sfu-only' });
  const plaintextServer = await startInProcess({
    callMode: 'sfu-only',
    webRoot: plaintextRoot,
  });
  const browser = await launchBrowser();
  const encrypted: number[] = [];
  const bare: number[] = [];
  try {
    // The first of each starts what the later ones find running.
    for (let run = 0; run <= runs; run += 1) {
      const [withIt, without] = [
        await joinMs(encryptedServer, browser),
        await joinMs(plaintextServer, browser),
      ];
      if (run === 0) continue;
      encrypted.push(withIt);
      bare.push(without);
    }
  } finally {
    await browser.close();
    await encryptedServer.close();
    await plaintextServer.close();
  }
  const ratios = encrypted.map((ms, run) => ms / (bare[run] ?? Number.NaN));
  return [
    { what: 'join to first decoded frame, encrypted', unit: 'ms', values: encrypted },
    { what: 'join to first decoded frame, without', unit: 'ms', values: bare },
    { what: 'join, encrypted over without', unit: 'ratio', values: ratios },
  ];
};
