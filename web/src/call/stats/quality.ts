// Three steps for what people get, from losses, jitter and round trips. Sound counts most: one can do
// without a picture, and not without words.
import type { ConnectionDetails, Quality } from './call-details.ts';
import type { MeasuredStream } from './measure.ts';

/** What somebody hears of it. */
const LIMITS = {
  /** Opus' FEC mends single losses; from 2 % on bursts are heard, above 8 % words are lost. */
  lossRatio: { fair: 0.02, poor: 0.08 },
  /** The jitter buffer hides 30 ms for nothing; 100 ms it makes the sound late or torn. */
  jitterMs: { fair: 30, poor: 100 },
  /** ITU-T G.114: people do not notice below about 150 ms one way; at 300 they talk at once. */
  roundTripMs: { fair: 250, poor: 600 },
} as const;

interface Figures {
  readonly lossRatio: number | null;
  readonly jitterMs: number | null;
  readonly roundTripMs: number | null;
}

const RANKS: Readonly<Record<Quality, number>> = { good: 0, fair: 1, poor: 2 };

/** The higher, the worse; nothing to judge by is best. */
export const rankOf = (quality: Quality | null): number => (quality === null ? -1 : RANKS[quality]);

const worst = (qualities: readonly (Quality | null)[]): Quality | null =>
  qualities.reduce((bad, quality) => (rankOf(quality) > rankOf(bad) ? quality : bad), null);

const step = (value: number | null, name: keyof typeof LIMITS): Quality | null => {
  if (value === null) return null;
  const { fair, poor } = LIMITS[name];
  if (value > poor) return 'poor';
  return value >= fair ? 'fair' : 'good';
};

/** A round trip alone says nothing of a stream: null. */
export const judge = ({ lossRatio, jitterMs, roundTripMs }: Figures): Quality | null => {
  const stream = worst([step(lossRatio, 'lossRatio'), step(jitterMs, 'jitterMs')]);
  return stream === null ? null : worst([stream, step(roundTripMs, 'roundTripMs')]);
};

/** The packets of one picture go out over some time: that is no jitter of the network. */
const judgeOne = (stream: MeasuredStream, roundTripMs: number | null): Quality | null => {
  const isSound = stream.source === 'mic' || stream.source === 'screenAudio';
  return judge({ ...stream, jitterMs: isSound ? stream.jitterMs : null, roundTripMs });
};

const isDown = ({ state }: ConnectionDetails): boolean =>
  state === 'disconnected' || state === 'failed';

/** Of streams in one direction, over those of the connections that carry it. */
export const qualityOf = (
  streams: readonly MeasuredStream[],
  connections: readonly ConnectionDetails[],
): Quality | null => {
  if (streams.length === 0) return null;
  if (connections.length > 0 && connections.every(isDown)) return 'poor';
  const roundTripOf = (stream: MeasuredStream): number | null =>
    connections.find(({ path }) => path === stream.path)?.roundTripMs ?? null;
  const judged = streams.map((stream) => ({
    source: stream.source,
    quality: judgeOne(stream, roundTripOf(stream)),
  }));
  const of = (isMeant: (source: MeasuredStream['source']) => boolean): Quality | null =>
    worst(judged.filter(({ source }) => isMeant(source)).map(({ quality }) => quality));
  const voice = of((source) => source === 'mic');
  const rest = of((source) => source !== 'mic');
  if (voice === null) return rest;
  // With words that come well, it is not poor.
  return worst([voice, rest === 'poor' ? 'fair' : rest]);
};
