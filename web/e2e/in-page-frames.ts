// When frames were decoded, and over which connections, for tests that measure gaps. Puppeteer sends
// these functions over as text: each stands alone.

/** Keeps the moments at which that tile's video had shown another frame, for `frameMoments`. */
export const watchFrames = (selector: string): void => {
  const moments: number[] = [];
  Object.assign(window, {
    testMoments: { ...Reflect.get(window, 'testMoments'), [selector]: moments },
  });
  let before = -1;
  // Finer than the 67 ms between frames of the made-up camera.
  setInterval(() => {
    const video = document.querySelector<HTMLVideoElement>(`${selector} video`);
    const frames = video?.getVideoPlaybackQuality().totalVideoFrames ?? before;
    if (frames === before) return;
    before = frames;
    moments.push(Date.now());
  }, 20);
};

/** Milliseconds since the epoch. */
export const frameMoments = (selector: string): readonly number[] =>
  Reflect.get(window, 'testMoments')[selector];

/** RTCPeerConnections that the page ever made; needs `rememberConnections` of in-page-media.ts. */
export const connectionsMade = (): number => Reflect.get(window, 'testConnections').length;
