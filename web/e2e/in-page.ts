// What runs in the page before its own scripts, and what tests ask of it there. Puppeteer sends these
// functions over as text: each stands alone.

/** The made-up camera gives that size, whatever is asked of it. */
export const useCamera = (width: number, height: number): void => {
  // On insecure pages there are none; Firefox's first blank page is one.
  if (!('mediaDevices' in navigator)) return;
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = (constraints) =>
    getUserMedia({
      ...constraints,
      video:
        constraints?.video === undefined || constraints.video === false
          ? false
          : { width, height, frameRate: 15 },
    });
};

export const haveNoDevices = (): void => {
  if (!('mediaDevices' in navigator)) return;
  navigator.mediaDevices.getUserMedia = () =>
    Promise.reject(new DOMException('there is none', 'NotFoundError'));
};

/** A screen to share where the browser has no made-up one: a moving picture of that size. */
export const paintScreen = (width: number, height: number): void => {
  if (!('mediaDevices' in navigator)) return;
  navigator.mediaDevices.getDisplayMedia = () => {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    let step = 0;
    const paint = (): void => {
      if (context === null) return;
      context.fillStyle = `hsl(${(step * 5) % 360} 60% 50%)`;
      context.fillRect(0, 0, width, height);
      step += 1;
    };
    // Firefox captures nothing of a canvas that has no context yet.
    paint();
    setInterval(paint, 60);
    return Promise.resolve(canvas.captureStream(15));
  };
};

/** Lets a test end a share as the browser's own bar does: the track ends by itself. */
export const rememberShares = (): void => {
  if (!('mediaDevices' in navigator)) return;
  const { mediaDevices } = navigator;
  const getDisplayMedia = mediaDevices.getDisplayMedia.bind(mediaDevices);
  mediaDevices.getDisplayMedia = async (options) => {
    const stream = await getDisplayMedia(options);
    for (const track of stream.getTracks()) {
      // Firefox's tracks hear events that scripts send only with its own fourth argument.
      const listen = track.addEventListener.bind(track);
      track.addEventListener = (...args: readonly unknown[]) => {
        const [type, listener, how = false] = args;
        Reflect.apply(listen, undefined, [type, listener, how, true]);
      };
    }
    document.addEventListener('test:stop-sharing', () => {
      for (const track of stream.getTracks()) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    });
    return stream;
  };
};

/** Speaks to the server as a page of another protocol version does. */
export const speakAnotherProtocol = (): void => {
  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    override send(text: string): void {
      const message = JSON.parse(text);
      super.send(JSON.stringify({ ...message, data: { ...message.data, protocol: 999 } }));
    }
  };
};

/** The server refuses the session's token, as it does when it is too old; join tokens are good. */
export const outliveSession = (): void => {
  const Original = window.WebSocket;
  let sessionToken = '';
  window.WebSocket = class extends Original {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener('message', ({ data }) => {
        sessionToken = JSON.parse(String(data)).data?.sessionToken ?? sessionToken;
      });
    }

    override send(text: string): void {
      const isOld = sessionToken !== '' && text.includes(sessionToken);
      super.send(isOld ? text.replace(sessionToken, sessionToken.slice(0, -4) + 'AAAA') : text);
    }
  };
};

/** Lets a test take away the connection to the server, and count how many there were. */
export const rememberSockets = (): void => {
  const Original = window.WebSocket;
  let opened = 0;
  window.WebSocket = class extends Original {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener('open', () => {
        opened += 1;
        document.documentElement.dataset['testSockets'] = String(opened);
      });
      document.addEventListener('test:drop-sockets', () => this.close());
    }
  };
};

/** Keeps what the server tells of the room's log, for `gapsInLog` and `namesInLog`. */
export const rememberLog = (): void => {
  const Original = window.WebSocket;
  const log: string[] = [];
  const note = (line: string): void => {
    log.push(line);
    document.documentElement.dataset['testLog'] = log.join(' ');
  };
  window.WebSocket = class extends Original {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener('message', ({ data }) => {
        const { event, version, data: body } = JSON.parse(String(data));
        if (typeof version === 'number' && event !== undefined) note(`${version}:${event}`);
        const position = body?.room?.position;
        if (position !== undefined) note(`${position.version}:start`);
        for (const missed of body?.events ?? []) note(`${missed.version}:${missed.event}`);
      });
    }
  };
};

/** Places in the log where a version does not follow the one before it. */
export const gapsInLog = (): string[] => {
  const log = (document.documentElement.dataset['testLog'] ?? '').split(' ').filter(Boolean);
  return log.flatMap((line, index) => {
    const [version, name] = line.split(':');
    const before = log[index - 1]?.split(':')[0];
    if (name === 'start' || Number(version) === Number(before) + 1) return [];
    return [`${log[index - 1] ?? 'nothing'} then ${line}`];
  });
};

/** Names of the events, in their order. */
export const namesInLog = (): string[] =>
  (document.documentElement.dataset['testLog'] ?? '')
    .split(' ')
    .filter(Boolean)
    .map((line) => line.split(':')[1] ?? '');

/** What the page took out of its address: the part of the link that the server must not see. */
export const linkSecret = (): string | null =>
  sessionStorage.getItem(`sotto.link.${location.pathname.split('/').at(-1)}`);

/** Frames shown in the video of that element so far; null while there is no video. */
export const framesIn = (selector: string): number | null => {
  const video = document.querySelector<HTMLVideoElement>(`${selector} video`);
  if (video === null) return null;
  // Of a stream Firefox counts frames only here, as it paints them.
  if ('mozPaintedFrames' in video) return Number(video.mozPaintedFrames);
  return video.getVideoPlaybackQuality().totalVideoFrames;
};

/** Of the frames decoded in that element now; null while there is no video. */
export const widthIn = (selector: string): number | null =>
  document.querySelector<HTMLVideoElement>(`${selector} video`)?.videoWidth ?? null;

/**
 * The loudest of the next buffers that are played of that audio element, or the first that is loud
 * `enough`: root mean square of 4096 samples, 0 to 1. Null when there is no such element.
 */
export const loudest = async (
  selector: string,
  buffers: number,
  enough: number,
): Promise<number | null> => {
  const source = document.querySelector<HTMLAudioElement>(selector)?.srcObject;
  if (!(source instanceof MediaStream)) return null;
  const context = new AudioContext();
  const meter = context.createScriptProcessor(4096, 1, 1);
  context.createMediaStreamSource(source).connect(meter);
  meter.connect(context.destination);
  let left = buffers;
  let most = 0;
  await new Promise<void>((resolve) => {
    meter.onaudioprocess = ({ inputBuffer }) => {
      const samples = inputBuffer.getChannelData(0);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      most = Math.max(most, Math.sqrt(sum / samples.length));
      left -= 1;
      if (left === 0 || most >= enough) resolve();
    };
  });
  await context.close();
  return most;
};
