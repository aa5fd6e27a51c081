// How loud the own microphone is, ten times a second, for the meter before joining and the hint that
// somebody talks while muted.
import { onNextGesture } from './gesture.ts';

const INTERVAL_MS = 100;
/** About 21 ms at 48 kHz; a power of two (Web Audio §1.8.2). */
const SAMPLES = 1024;
/** Below this the meter rests, at 0 dBFS it is full. */
const FLOOR_DBFS = -60;

/** Root mean square of the samples (-1 to 1) as a share of the meter, 0 to 1. */
export const meterLevel = (samples: Float32Array): number => {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const dbfs = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, 1 - dbfs / FLOOR_DBFS));
};

/** Measures also while the track is muted. The answer ends it; may be called at any time. */
export const watchMicLevel = (
  track: MediaStreamTrack,
  onLevel: (level: number) => void,
): (() => void) => {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = SAMPLES;
  // A muted track is silent to whoever listens to it; a copy is muted apart. It goes nowhere but here.
  const copy = track.clone();
  copy.enabled = true;
  const source = context.createMediaStreamSource(new MediaStream([copy]));
  source.connect(analyser);
  const samples = new Float32Array(SAMPLES);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(meterLevel(samples));
  }, INTERVAL_MS);
  const cancelResume = onNextGesture(() => {
    // Refused only when closed meanwhile, and then nobody looks.
    context.resume().catch(() => undefined);
  });
  let isEnded = false;
  return () => {
    if (isEnded) return;
    isEnded = true;
    clearInterval(timer);
    cancelResume();
    source.disconnect();
    copy.stop();
    context.close().catch(() => undefined);
    onLevel(0);
  };
};
