// What the encryption costs: a frame, in Node and in Chromium, beside WebCrypto's own part of it; what
// a group of some size costs one member; the time at the door, and the page's weight.
import { report, type Row } from '../../bench/report.ts';
import { measureInChromium } from '../../e2ee/bench/lib/frames-in-chromium.ts';
import { type FrameFigures, measureFrames } from '../../e2ee/bench/lib/measure-frames.ts';
import { type GroupFigures, measureGroups } from '../../e2ee/bench/lib/measure-group.ts';
import { buildPlaintextPage } from './lib/build-plaintext.ts';
import { measureJoinCost } from './lib/join-cost.ts';
import { addedWeightRows } from './lib/weights.ts';

const JOINS = 5;
const FRAME_AIM = '≤ 1.3 from 1200 bytes on';

const frameRows = (where: string, figures: readonly FrameFigures[]): readonly Row[] =>
  figures.flatMap(({ bytes, what, ours, bare }) => [
    { what: `${where}: ${what} ${bytes} bytes`, unit: 'µs', values: ours },
    {
      what: `${where}: ${what} ${bytes} bytes, against bare WebCrypto`,
      unit: 'ratio',
      values: ours.map((value, run) => value / (bare[run] ?? Number.NaN)),
      ...(bytes >= 1200 ? { aim: FRAME_AIM } : {}),
    },
  ]);

const groupRows = (figures: readonly GroupFigures[]): readonly Row[] =>
  figures.map(({ members, step, values }) => ({
    what: `Node: ${step}, ${members} members`,
    unit: 'ms',
    values,
  }));

const plaintext = await buildPlaintextPage();
try {
  report('e2ee', [
    ...frameRows('Node', await measureFrames()),
    ...frameRows('Chromium', await measureInChromium()),
    ...groupRows(await measureGroups()),
    ...(await measureJoinCost(JOINS, plaintext.webRoot)),
    ...addedWeightRows(plaintext.webRoot),
  ]);
} finally {
  await plaintext.remove();
}
