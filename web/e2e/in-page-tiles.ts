// Whether something stays on screen, for tests. Puppeteer sends these functions over as text: each
// stands alone.

/** Counts how often nothing matches from now on, for `timesWithout`. */
export const watchFor = (selector: string): void => {
  const watch = { without: 0, isThere: document.querySelector(selector) !== null };
  Object.assign(window, {
    testWatches: { ...Reflect.get(window, 'testWatches'), [selector]: watch },
  });
  new MutationObserver(() => {
    const isThere = document.querySelector(selector) !== null;
    if (watch.isThere && !isThere) watch.without += 1;
    watch.isThere = isThere;
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
};

export const timesWithout = (selector: string): number => {
  const { without, isThere } = Reflect.get(window, 'testWatches')[selector];
  return isThere ? without : without + 1;
};

/** Keeps what notices say from now on, for `noticesSeen`. */
export const watchNotices = (): void => {
  const seen: string[] = [];
  Object.assign(window, { testNotices: seen });
  new MutationObserver(() => {
    for (const toast of document.querySelectorAll('.toast p')) {
      const text = toast.textContent ?? '';
      if (seen.at(-1) !== text) seen.push(text);
    }
  }).observe(document.body, { childList: true, subtree: true });
};

export const noticesSeen = (): readonly string[] => Reflect.get(window, 'testNotices');

/** Remembers of each video that takes another track how many frames of that were decoded by then. */
export const rememberSwitches = (): void => {
  const connections: RTCPeerConnection[] = [];
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
  };
  const decodedOf = async (track: MediaStreamTrack): Promise<number | null> => {
    const receiver = connections
      .filter(({ connectionState }) => connectionState !== 'closed')
      .flatMap((connection) => connection.getReceivers())
      .find((one) => one.track === track);
    if (receiver === undefined) return null;
    for (const [, report] of await receiver.getStats()) {
      if (report.type === 'inbound-rtp') return Number(report.framesDecoded ?? 0);
    }
    return 0;
  };
  const switches: number[] = [];
  Object.defineProperty(window, 'testSwitches', { value: switches });
  const used = new WeakSet<MediaStream>();
  const original: unknown = Reflect.get(MediaStream.prototype, 'addTrack');
  Reflect.set(
    MediaStream.prototype,
    'addTrack',
    function add(this: MediaStream, track: MediaStreamTrack) {
      if (typeof original !== 'function') throw new Error('all browsers have it');
      original.call(this, track);
      const isFirst = !used.has(this);
      used.add(this);
      if (isFirst || track.kind !== 'video') return;
      const note = async (): Promise<void> => {
        const decoded = await decodedOf(track);
        // Null: one's own.
        if (decoded !== null) switches.push(decoded);
      };
      note().catch(reportError);
    },
  );
};

/** One for each time that a picture came by another way. */
export const framesAtSwitches = (): readonly number[] => Reflect.get(window, 'testSwitches');
