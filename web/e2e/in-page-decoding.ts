// What runs in a page to see what a browser's decoders make of frames (WebCodecs), and what a camera
// really shows. Puppeteer sends these functions over as text: each stands alone.

export interface VideoChunk {
  readonly isKey: boolean;
  readonly base64: string;
}

export interface Decoded {
  /** Small pictures: brightness of 32 × 18 points, row by row. */
  readonly pictures: readonly (readonly number[])[];
  /** Key frames after which, or on which, the decoder gave up. */
  readonly errors: number;
}

/** Of VP8, from the first key frame on; each key frame begins with a decoder of its own. */
export const decodeVp8 = async (chunks: readonly VideoChunk[]): Promise<Decoded> => {
  const pictures: number[][] = [];
  let errors = 0;
  const context = new OffscreenCanvas(32, 18).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  const output = (frame: VideoFrame): void => {
    context.drawImage(frame, 0, 0, 32, 18);
    frame.close();
    const { data } = context.getImageData(0, 0, 32, 18);
    const picture: number[] = [];
    for (let at = 0; at < data.length; at += 4) {
      picture.push((data[at] ?? 0) * 0.3 + (data[at + 1] ?? 0) * 0.59 + (data[at + 2] ?? 0) * 0.11);
    }
    pictures.push(picture);
  };
  const starts = chunks.flatMap(({ isKey }, index) => (isKey ? [index] : []));
  for (const [order, start] of starts.entries()) {
    const decoder = new VideoDecoder({ output, error: () => undefined });
    decoder.configure({ codec: 'vp8' });
    try {
      for (const { isKey, base64 } of chunks.slice(start, starts[order + 1])) {
        const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const type = isKey ? 'key' : 'delta';
        decoder.decode(new EncodedVideoChunk({ type, timestamp: pictures.length, data }));
      }
      await decoder.flush();
    } catch {
      errors += 1;
    }
    if (decoder.state !== 'closed') decoder.close();
  }
  return { pictures, errors };
};

/** The picture in that element's video, as `decodeVp8` gives them; null while there is none. */
export const pictureIn = (selector: string): readonly number[] | null => {
  const video = document.querySelector<HTMLVideoElement>(`${selector} video`);
  const context = new OffscreenCanvas(32, 18).getContext('2d');
  if (video === null || video.videoWidth === 0 || context === null) return null;
  context.drawImage(video, 0, 0, 32, 18);
  const { data } = context.getImageData(0, 0, 32, 18);
  const picture: number[] = [];
  for (let at = 0; at < data.length; at += 4) {
    picture.push((data[at] ?? 0) * 0.3 + (data[at + 1] ?? 0) * 0.59 + (data[at + 2] ?? 0) * 0.11);
  }
  return picture;
};

export interface Sound {
  /** Of each decoded packet: root mean square, 0 to 1. */
  readonly loudness: readonly number[];
  /** Of each: how much of it is at that frequency, 0 to 1. */
  readonly purity: readonly number[];
  readonly errors: number;
}

/** Of Opus, a packet each; `hertz`: the tone to look for. After an error another decoder goes on. */
export const decodeOpus = async (packets: readonly string[], hertz: number): Promise<Sound> => {
  const loudness: number[] = [];
  const purity: number[] = [];
  let errors = 0;
  const output = (data: AudioData): void => {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    let [energy, re, im] = [0, 0, 0];
    for (const [at, sample] of samples.entries()) {
      const phase = (2 * Math.PI * hertz * at) / data.sampleRate;
      energy += sample * sample;
      re += sample * Math.cos(phase);
      im += sample * Math.sin(phase);
    }
    loudness.push(Math.sqrt(energy / samples.length));
    purity.push(energy === 0 ? 0 : (2 * (re * re + im * im)) / (samples.length * energy));
    data.close();
  };
  const start = (): AudioDecoder => {
    const decoder = new AudioDecoder({ output, error: () => undefined });
    decoder.configure({ codec: 'opus', sampleRate: 48_000, numberOfChannels: 1 });
    return decoder;
  };
  let decoder = start();
  for (const [index, base64] of packets.entries()) {
    const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    try {
      decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: index * 20_000, data }));
      await decoder.flush();
    } catch {
      errors += 1;
      if (decoder.state !== 'closed') decoder.close();
      decoder = start();
    }
  }
  decoder.close();
  return { loudness, purity, errors };
};
