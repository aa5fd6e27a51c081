// What runs in the page for the tests of its media: what came over the network and what was made of
// it. Puppeteer sends these functions over as text: each stands alone.

/** For `inbound`. */
export const rememberConnections = (): void => {
  const connections: RTCPeerConnection[] = [];
  Object.defineProperty(window, 'testConnections', { value: connections });
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
  };
};

/**
 * Packets that came for that SSRC, and what of them left the jitter buffer for the decoder: frames of
 * video, samples of sound. Null when nothing came.
 */
export const inbound = async (
  ssrc: number,
): Promise<{ readonly packets: number; readonly decoded: number } | null> => {
  const connections: unknown = Reflect.get(window, 'testConnections');
  if (!Array.isArray(connections)) return null;
  for (const connection of connections) {
    if (!(connection instanceof RTCPeerConnection) || connection.connectionState === 'closed')
      continue;
    for (const [, report] of await connection.getStats()) {
      if (report.type !== 'inbound-rtp' || report.ssrc !== ssrc) continue;
      const decoded =
        report.kind === 'video' ? report.framesDecoded : report.jitterBufferEmittedCount;
      return { packets: Number(report.packetsReceived), decoded: Number(decoded ?? 0) };
    }
  }
  return null;
};

/** Candidates that come by themselves lead nowhere: pages do not find each other, media nodes are found. */
export const reachNobody = (): void => {
  RTCPeerConnection.prototype.addIceCandidate = () => Promise.resolve();
};
