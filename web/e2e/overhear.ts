// What a tap on the router gets of Ann while she talks with Bob, and whether what decoders make of it
// is what her camera shows and her microphone hears.
import type { types } from 'mediasoup';
import { decodeOpus, decodeVp8, pictureIn } from './in-page-decoding.ts';
import type { Person } from './person.ts';
import { tapProducer } from './router-tap.ts';
import { inOrder, isVp8KeyFrame, type RtpPacket, type Vp8Frame, vp8Frames } from './rtp.ts';
import { until } from './until.ts';

/** About four seconds, and as many beeps. */
const FRAMES = 60;
const KEY_FRAMES = 2;
const SOUNDS = 200;

/** The made-up microphone’s: 20 ms at 400 Hz, in one packet or part in each of two. */
const BEEP_HERTZ = 400;
const BEEP_LOUDNESS = 0.05;
const BEEP_PURITY = 0.25;
/** Between them; noise that a decoder makes of random bytes is mostly above. */
const QUIET = 0.015;

/** Correlation of two small pictures: 1 for the same, around 0 for noise. */
const SAME_PICTURE = 0.8;

const SELF_TILE = '[data-testid="self-tile"]';

type Picture = readonly number[];

export interface Overheard {
  readonly frames: readonly Vp8Frame[];
  /** Opus, or what is in its place. */
  readonly sounds: readonly Buffer[];
  /** What the camera showed meanwhile. */
  readonly shown: readonly Picture[];
}

/** `during`: what happens while the tap is on. */
export const overhear = async (
  router: types.Router,
  producers: { readonly cam: string; readonly mic: string },
  sender: Person,
  during: () => Promise<void>,
): Promise<Overheard> => {
  const video: RtpPacket[] = [];
  const audio: RtpPacket[] = [];
  const shown: Picture[] = [];
  const cam = await tapProducer(router, producers.cam, (packet) => video.push(packet));
  const mic = await tapProducer(router, producers.mic, (packet) => audio.push(packet));
  await cam.requestKeyFrame();
  await during();
  const frames = await until(
    'enough is overheard',
    async () => {
      const picture = await sender.page.evaluate(pictureIn, SELF_TILE);
      if (picture !== null) shown.push(picture);
      const whole = vp8Frames(video);
      if (whole.length > FRAMES) await cam.requestKeyFrame();
      return whole;
    },
    (whole) =>
      whole.length >= FRAMES &&
      whole.filter(isVp8KeyFrame).length >= KEY_FRAMES &&
      audio.length >= SOUNDS,
  );
  cam.close();
  mic.close();
  return {
    frames: frames.slice(frames.findIndex(isVp8KeyFrame)),
    sounds: inOrder(audio).flatMap(({ payload }) => (payload.length > 0 ? [payload] : [])),
    shown,
  };
};

const mean = (values: Picture): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Pearson's; 0 for a picture of one colour. */
const likeness = (one: Picture, other: Picture): number => {
  const [middle, otherMiddle] = [mean(one), mean(other)];
  let [both, first, second] = [0, 0, 0];
  for (const [index, value] of one.entries()) {
    const [a, b] = [value - middle, (other[index] ?? 0) - otherMiddle];
    both += a * b;
    first += a * a;
    second += b * b;
  }
  return first === 0 || second === 0 ? 0 : both / Math.sqrt(first * second);
};

export interface Seen {
  readonly pictures: number;
  /** Of these, such as the camera showed. */
  readonly recognised: number;
  readonly errors: number;
}

/** What a browser's decoder makes of frames, in that person's page. */
export const lookAt = async (
  { page }: Person,
  frames: readonly Vp8Frame[],
  shown: readonly Picture[],
): Promise<Seen> => {
  const chunks = frames.map((frame) => ({
    isKey: isVp8KeyFrame(frame),
    base64: frame.data.toString('base64'),
  }));
  const { pictures, errors } = await page.evaluate(decodeVp8, chunks);
  const recognised = pictures.filter((picture) =>
    shown.some((one) => likeness(one, picture) >= SAME_PICTURE),
  );
  return { pictures: pictures.length, recognised: recognised.length, errors };
};

export interface Heard {
  readonly packets: number;
  readonly errors: number;
  readonly beeps: number;
  /** Packets of silence. */
  readonly quiet: number;
}

/** What a browser's decoder makes of Opus, in that person's page. */
export const listenTo = async ({ page }: Person, sounds: readonly Buffer[]): Promise<Heard> => {
  const packets = sounds.map((sound) => sound.toString('base64'));
  const { loudness, purity, errors } = await page.evaluate(decodeOpus, packets, BEEP_HERTZ);
  const beeps = loudness.filter(
    (loud, index) => loud >= BEEP_LOUDNESS && (purity[index] ?? 0) >= BEEP_PURITY,
  );
  const quiet = loudness.filter((loud) => loud < QUIET);
  return { packets: loudness.length, errors, beeps: beeps.length, quiet: quiet.length };
};

/** Noise has a tone here and there, too, but no silence around it. */
export const areBeeps = ({ packets, beeps, quiet }: Heard): boolean =>
  beeps >= 2 && quiet > packets / 2;
