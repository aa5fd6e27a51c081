// One direction of a peer's media: the transport that it has now, if any, and the certificate that
// it was connected to. A dead transport is replaced when it is asked for again.
import type { types } from 'mediasoup';
import { checkDtls } from './check-receive.ts';
import { badParameters, notFound } from './media-errors.ts';
import type { TransportDescription } from './protocol.ts';
import { createSerial } from './serial.ts';
import type { Shard } from './shard.ts';
import type { RunningWorker } from './worker-slot.ts';

/**
 * A peer that sends nothing at all for this long counts as gone. Below the 45 s that a dropped
 * socket may take to resume, but browsers keep answering media while only signaling is away.
 */
const ICE_CONSENT_TIMEOUT_S = 30;

/** First guess of what a receiver can take; higher shows good video sooner, or loses packets. */
const INITIAL_OUTGOING_BPS = 1_000_000;

/** Three camera layers and a screen, with room to spare. Browsers keep to it; it enforces nothing. */
const MAX_INCOMING_BPS = 12_000_000;

export interface PeerTransportDeps {
  readonly shard: Shard;
  readonly direction: 'send' | 'receive';
}

interface OpenTransport {
  readonly transport: types.WebRtcTransport;
  description: TransportDescription;
  /** Set once it was connected: the identity of the certificate at the other end. */
  remote?: string;
  /** From an ICE restart until ICE has another state: that it was lost before says nothing now. */
  isRestarting: boolean;
}

export class PeerTransport {
  readonly #deps: PeerTransportDeps;
  readonly #inTurn = createSerial();
  #open: OpenTransport | undefined;
  #closed = false;

  constructor(deps: PeerTransportDeps) {
    this.#deps = deps;
  }

  /** Throws `not-found` unless one is open and can still carry media. */
  get transport(): types.WebRtcTransport {
    return this.#usable().transport;
  }

  /** `instead`: the id of a transport that the other end has given up, whatever it looks like here. */
  open(instead?: string): Promise<TransportDescription> {
    return this.#inTurn(async () => {
      if (this.#closed) throw notFound('the peer has been closed');
      const isWanted = this.#open?.transport.id !== instead;
      if (this.#open !== undefined && isWanted && isUsable(this.#open)) {
        return this.#open.description;
      }
      this.#open?.transport.close();
      this.#open = undefined;
      const transport = await this.#create();
      // A transport that was closed on the way has been closed by all that could hold it.
      if (this.#closed || transport.closed) {
        transport.close();
        throw notFound('the peer has been closed');
      }
      this.#open = openTransport(transport, this.#deps.shard.running);
      return this.#open.description;
    });
  }

  connect(dtlsParameters: types.DtlsParameters): Promise<void> {
    const remote = checkDtls(dtlsParameters);
    return this.#inTurn(async () => {
      const open = this.#usable();
      if (open.remote === remote.identity) return;
      if (open.remote !== undefined) {
        throw badParameters('the transport is connected to another certificate');
      }
      await open.transport.connect({ dtlsParameters: remote.dtlsParameters });
      open.remote = remote.identity;
    });
  }

  /** Throws `not-found` unless this very transport is open, even if ICE has lost the other end. */
  restartIce(transportId: string): Promise<types.IceParameters> {
    return this.#inTurn(async () => {
      const open = this.#open;
      if (open?.transport.id !== transportId || isOver(open.transport)) {
        throw notFound(`no such ${this.#deps.direction} transport is open`);
      }
      const iceParameters = await open.transport.restartIce();
      open.isRestarting = true;
      open.description = { ...open.description, iceParameters };
      return iceParameters;
    });
  }

  close(): void {
    this.#closed = true;
    this.#open?.transport.close();
    this.#open = undefined;
  }

  #usable(): OpenTransport {
    if (this.#open === undefined || !isUsable(this.#open)) {
      throw notFound(`no ${this.#deps.direction} transport is open`);
    }
    return this.#open;
  }

  async #create(): Promise<types.WebRtcTransport> {
    const { shard, direction } = this.#deps;
    const { router } = await shard.opened;
    const transport = await router.createWebRtcTransport({
      webRtcServer: shard.running.webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: ICE_CONSENT_TIMEOUT_S,
      initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BPS,
    });
    if (direction === 'send') await transport.setMaxIncomingBitrate(MAX_INCOMING_BPS);
    return transport;
  }
}

const isOver = ({ closed, dtlsState }: types.WebRtcTransport): boolean =>
  closed || dtlsState === 'failed' || dtlsState === 'closed';

const isUsable = ({ transport, isRestarting }: OpenTransport): boolean =>
  !isOver(transport) && (isRestarting || transport.iceState !== 'disconnected');

const openTransport = (transport: types.WebRtcTransport, running: RunningWorker): OpenTransport => {
  const open = { transport, description: describe(transport, running), isRestarting: false };
  transport.on('icestatechange', () => {
    open.isRestarting = false;
  });
  return open;
};

const describe = (
  transport: types.WebRtcTransport,
  { candidatesOf }: RunningWorker,
): TransportDescription => ({
  id: transport.id,
  iceParameters: transport.iceParameters,
  iceCandidates: candidatesOf(transport),
  dtlsParameters: transport.dtlsParameters,
});
