// What runs in the page for the tests of adaptation. Puppeteer sends these functions over as text:
// each stands alone. `rememberConnections` (in-page-media.ts) has to be there first.

/** Packets received so far, of pictures and of sound. */
export const received = async (): Promise<{ readonly video: number; readonly audio: number }> => {
  const connections: unknown = Reflect.get(window, 'testConnections');
  const packets = { video: 0, audio: 0 };
  if (!Array.isArray(connections)) return packets;
  for (const connection of connections) {
    if (!(connection instanceof RTCPeerConnection)) continue;
    if (connection.connectionState === 'closed') continue;
    for (const [, report] of await connection.getStats()) {
      if (report.type !== 'inbound-rtp') continue;
      if (report.kind === 'video') packets.video += Number(report.packetsReceived);
      if (report.kind === 'audio') packets.audio += Number(report.packetsReceived);
    }
  }
  return packets;
};

/** Which layers each sender of a picture sends. */
export const layersSent = (): boolean[][] => {
  const connections: unknown = Reflect.get(window, 'testConnections');
  if (!Array.isArray(connections)) return [];
  return connections.flatMap((connection: unknown) => {
    if (!(connection instanceof RTCPeerConnection)) return [];
    if (connection.connectionState === 'closed') return [];
    return connection
      .getSenders()
      .filter(({ track }) => track?.kind === 'video')
      .map((sender) => sender.getParameters().encodings.map(({ active }) => active !== false));
  });
};

/** Of the microphone that is sent: whether its noise is suppressed; null when none is sent. */
export const suppressesNoise = (): boolean | null => {
  const connections: unknown = Reflect.get(window, 'testConnections');
  if (!Array.isArray(connections)) return null;
  for (const connection of connections) {
    if (!(connection instanceof RTCPeerConnection)) continue;
    for (const { track } of connection.getSenders()) {
      if (track?.kind === 'audio') return track.getSettings().noiseSuppression ?? null;
    }
  }
  return null;
};

/** For a browser that lets no test read its clipboard. */
export const rememberCopies = (): void => {
  if (!('clipboard' in navigator)) return;
  navigator.clipboard.writeText = (text) => {
    document.documentElement.dataset['testCopied'] = text;
    return Promise.resolve();
  };
};

export const copied = (): string => document.documentElement.dataset['testCopied'] ?? '';

/** As the browser does when the window is behind another, and in front again. */
export const turnPage = (state: string): void => {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
};
