// What runs in the page for the tests of TURN: it may use relays alone, and is asked what came of it.
// Puppeteer sends these functions over as text: each stands alone.

/** Credentials to use in place of those that the server gave. */
export interface OtherCredentials {
  readonly username: string;
  readonly credential: string;
}

/** As a network that lets nothing through but TURN; remembers connections and candidates. */
export const useRelaysAlone = (others: OtherCredentials | null): void => {
  const connections: RTCPeerConnection[] = [];
  const candidates: string[] = [];
  const errors: number[] = [];
  Object.assign(window, {
    testConnections: connections,
    testCandidates: candidates,
    testErrors: errors,
  });
  const spoil = (configuration: RTCConfiguration = {}): RTCConfiguration => ({
    ...configuration,
    iceTransportPolicy: 'relay',
    iceServers: (configuration.iceServers ?? []).map((server) => ({ ...server, ...others })),
  });
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(spoil(configuration));
      connections.push(this);
      this.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate !== null && candidate.candidate !== '') candidates.push(candidate.candidate);
      });
      this.addEventListener('icecandidateerror', ({ errorCode }) => errors.push(errorCode));
    }

    override setConfiguration(configuration?: RTCConfiguration): void {
      super.setConfiguration(spoil(configuration));
    }
  };
};

export interface Gathered {
  readonly candidates: readonly string[];
  /** Of STUN (RFC 8489 §15.6, Unauthorized is 401), or 701: the server was not reached. */
  readonly errors: readonly number[];
}

export const gathered = (): Gathered => ({
  candidates: Reflect.get(window, 'testCandidates'),
  errors: Reflect.get(window, 'testErrors'),
});

export interface Pair {
  readonly state: string;
  /** Of the own candidate: host, srflx, prflx or relay. */
  readonly type: string;
  /** What leaves this machine: udp or tcp, or towards the TURN server udp, tcp or tls. */
  readonly way: string;
  readonly bytes: number;
}

/**
 * The pair that each live connection uses now; none for one that has none. Asks the connections that
 * `useRelaysAlone`, or `rememberConnections` of in-page-media.ts, remembered.
 */
export const pairsInUse = async (): Promise<readonly Pair[]> => {
  const pairs: Pair[] = [];
  const connections: unknown = Reflect.get(window, 'testConnections');
  if (!Array.isArray(connections)) return pairs;
  for (const connection of connections) {
    if (!(connection instanceof RTCPeerConnection) || connection.signalingState === 'closed')
      continue;
    const stats = await connection.getStats();
    for (const [, report] of stats) {
      if (report.type !== 'transport') continue;
      const pair = stats.get(report.selectedCandidatePairId);
      const local = stats.get(pair?.localCandidateId);
      if (local === undefined) continue;
      pairs.push({
        state: connection.connectionState,
        type: local.candidateType,
        way: local.relayProtocol ?? local.protocol,
        bytes: pair.bytesSent + pair.bytesReceived,
      });
    }
  }
  return pairs;
};

/** Of the TURN servers that the live connections know now. */
export const turnUsernames = (): readonly string[] => {
  const connections: unknown = Reflect.get(window, 'testConnections');
  if (!Array.isArray(connections)) return [];
  return connections.flatMap((connection) =>
    connection instanceof RTCPeerConnection && connection.signalingState !== 'closed'
      ? (connection.getConfiguration().iceServers ?? []).flatMap(({ username }) => username ?? [])
      : [],
  );
};

/** The first TURN credentials that a live connection knows now. */
export const turnCredentials = (): OtherCredentials | null => {
  const connections: unknown = Reflect.get(window, 'testConnections');
  if (!Array.isArray(connections)) return null;
  for (const connection of connections) {
    if (!(connection instanceof RTCPeerConnection) || connection.signalingState === 'closed')
      continue;
    for (const { username, credential } of connection.getConfiguration().iceServers ?? []) {
      if (username !== undefined && credential !== undefined) return { username, credential };
    }
  }
  return null;
};
