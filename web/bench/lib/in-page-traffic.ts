// What a page sent and received over all its connections; needs `rememberConnections`. Puppeteer sends
// this function over as text: it stands alone.

/** Bytes of payload and headers of RTP and RTCP, up and down, since the page was loaded. */
export const traffic = async (): Promise<{ readonly up: number; readonly down: number }> => {
  const connections: readonly RTCPeerConnection[] = Reflect.get(window, 'testConnections');
  let [up, down] = [0, 0];
  for (const connection of connections) {
    if (connection.connectionState === 'closed') continue;
    for (const [, stats] of await connection.getStats()) {
      if (stats.type !== 'transport') continue;
      up += stats.bytesSent;
      down += stats.bytesReceived;
    }
  }
  return { up, down };
};
