// What encrypting a frame costs, in Node and in Chromium, and how much of it is WebCrypto's own.
import { report, type Row } from '../../bench/report.ts';
import { measureInChromium } from './lib/frames-in-chromium.ts';
import { type FrameFigures, measureFrames } from './lib/measure-frames.ts';

const AIM = '≤ 1.3 from 1200 bytes on';

export const frameRows = (where: string, figures: readonly FrameFigures[]): readonly Row[] =>
  figures.flatMap(({ bytes, what, ours, bare }) => [
    { what: `${where}: ${what} ${bytes} bytes`, unit: 'µs', values: ours },
    {
      what: `${where}: ${what} ${bytes} bytes, against bare WebCrypto`,
      unit: 'ratio',
      values: ours.map((value, run) => value / (bare[run] ?? Number.NaN)),
      ...(bytes >= 1200 ? { aim: AIM } : {}),
    },
  ]);

if (import.meta.main) {
  report('frames', [
    ...frameRows('Node', await measureFrames()),
    ...frameRows('Chromium', await measureInChromium()),
  ]);
}
