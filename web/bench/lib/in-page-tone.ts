// A voice that never pauses, when it is heard, and when the page looked at all, for benches that measure gaps. Puppeteer sends these
// functions over as text: each stands alone.

/** In place of the made-up microphone, which beeps once a second. */
export const speakATone = (): void => {
  if (!('mediaDevices' in navigator)) return;
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    if (stream.getAudioTracks().length === 0) return stream;
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 330 });
    const out = context.createMediaStreamDestination();
    tone.connect(new GainNode(context, { gain: 0.2 })).connect(out);
    tone.start();
    return new MediaStream([...stream.getVideoTracks(), ...out.stream.getAudioTracks()]);
  };
};

/** Keeps the moments at which that person was heard, by whichever element plays them, for `heardMoments`. */
export const watchHearing = (peerId: string): void => {
  const moments: number[] = [];
  Object.assign(window, { testHeard: { ...Reflect.get(window, 'testHeard'), [peerId]: moments } });
  const context = new AudioContext();
  const meters = new Map<string, AnalyserNode>();
  const samples = new Float32Array(512);
  setInterval(() => {
    const elements = document.querySelectorAll<HTMLAudioElement>(
      `audio[data-peer="${peerId}"][data-source="mic"]`,
    );
    for (const { srcObject } of elements) {
      if (!(srcObject instanceof MediaStream)) continue;
      let meter = meters.get(srcObject.id);
      if (meter === undefined) {
        meter = new AnalyserNode(context, { fftSize: 512 });
        context.createMediaStreamSource(srcObject).connect(meter);
        meters.set(srcObject.id, meter);
      }
      meter.getFloatTimeDomainData(samples);
      if (!samples.some((sample) => Math.abs(sample) > 0.01)) continue;
      moments.push(Date.now());
      return;
    }
  }, 10);
};

/** Milliseconds since the epoch. */
export const heardMoments = (peerId: string): readonly number[] =>
  Reflect.get(window, 'testHeard')[peerId];

/** Keeps the moments at which this page ran, for `lookMoments`: what comes between two of them is not seen. */
export const watchLooks = (): void => {
  const moments: number[] = [];
  Object.assign(window, { testLooks: moments });
  setInterval(() => moments.push(Date.now()), 20);
};

/** Milliseconds since the epoch. */
export const lookMoments = (): readonly number[] => Reflect.get(window, 'testLooks');
