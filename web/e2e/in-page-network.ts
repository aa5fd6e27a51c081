// What runs in the page for the tests of its network: how its connections stand. Puppeteer sends
// these functions over as text: each stands alone.

export interface ConnectionLook {
  /** ICE credentials, the own end's and the other's; they change with each restart. */
  readonly fragments: readonly (string | undefined)[];
  /** Each with a number of its own. */
  readonly senders: readonly number[];
  readonly transceivers: number;
  /** Of the TURN server, as it is set now. */
  readonly username: string | undefined;
}

/** Those that are in use; needs `rememberConnections` of in-page-media.ts. */
export const connectionsNow = (): ConnectionLook[] => {
  const numbers: Map<RTCRtpSender, number> = Reflect.get(window, 'testSenders') ?? new Map();
  Object.assign(window, { testSenders: numbers });
  const numberOf = (sender: RTCRtpSender): number => {
    const number = numbers.get(sender) ?? numbers.size;
    numbers.set(sender, number);
    return number;
  };
  const connections: RTCPeerConnection[] = Reflect.get(window, 'testConnections');
  return connections
    .filter(({ connectionState }) => connectionState !== 'closed' && connectionState !== 'new')
    .map((connection) => ({
      fragments: [connection.localDescription, connection.remoteDescription].map(
        (description) => /ice-ufrag:(\S+)/.exec(description?.sdp ?? '')?.[1],
      ),
      senders: connection.getSenders().map(numberOf),
      transceivers: connection.getTransceivers().length,
      username: connection.getConfiguration().iceServers?.[0]?.username,
    }));
};

/** As browsers say that there is a network again. */
export const comeOnline = (): void => {
  window.dispatchEvent(new Event('online'));
};
