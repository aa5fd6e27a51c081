// A connection from this page to one other's: its eight sections (link-layout.ts), and what goes out
// and comes in over them. When to have one is peer-to-peer.ts's to say.
import type { ReadonlySignal } from '@preact/signals';
import type { PeerId, StreamSource, ViewLayer } from '@sotto/signaling/protocol';
import type { Cancel, Clock } from '../../signaling/clock.ts';
import { createAllowance } from '../allowance.ts';
import { type Encryption, peerConnectionSettings } from '../encryption/encryption.ts';
import type { GuardedReceiver } from '../encryption/frame-guard.ts';
import type { Incoming } from '../incoming.ts';
import { followNetwork, type Network } from '../network/network.ts';
import { isReceiving } from '../network/receiving.ts';
import { Recovery } from '../network/recovery.ts';
import type { Preferences } from '../preferences.ts';
import { sendEncoding } from '../send-encodings.ts';
import type { ConnectionReading } from '../stats/stats-reading.ts';
import { codecsFor, groupOf, isLaidOut, kindOf, mimeTypeOf, SECTIONS } from './link-layout.ts';
import type { LinkContent } from './link-messages.ts';
import { LinkSenders } from './link-senders.ts';
import { Negotiation } from './negotiation.ts';

/** Shorter interruptions pass by themselves. */
const DISCONNECTED_MS = 1_000;
/** Each costs the sender the bits of many frames. */
const KEY_FRAMES_ALLOWED = 2;
const KEY_FRAMES_WITHIN_MS = 1_000;

export interface PeerLinkDeps {
  readonly other: PeerId;
  readonly isOfferer: boolean;
  readonly network: Network;
  readonly encryption: Pick<Encryption, 'attachSender' | 'attachReceiver' | 'maySend'>;
  readonly preferences: ReadonlySignal<Preferences>;
  readonly clock: Clock;
  /** How long a restarted connection has to come up. */
  readonly giveUpMs: number;
  /** Never throws. */
  readonly tell: (content: LinkContent) => void;
  /** It is up or down, or has sections to send and receive over. */
  readonly onChange: () => void;
  /** It will not come up again; it is closed by then. */
  readonly onFailed: () => void;
}

export class PeerLink {
  readonly #connection: RTCPeerConnection;
  readonly #deps: PeerLinkDeps;
  readonly #negotiation: Negotiation;
  readonly #recovery: Recovery;
  readonly #streams = { person: new MediaStream(), screen: new MediaStream() };
  readonly #senders: LinkSenders;
  readonly #incoming: (Incoming & { readonly guarded: GuardedReceiver })[] = [];
  readonly #allowKeyFrame = createAllowance(KEY_FRAMES_ALLOWED, KEY_FRAMES_WITHIN_MS);
  #stops: readonly Cancel[] = [];
  #wants = '';
  #closed = false;

  /** Who offers does so at once. Throws FrameError where it cannot be encrypted. */
  constructor(deps: PeerLinkDeps) {
    this.#deps = deps;
    const { network, clock, giveUpMs, preferences, encryption } = deps;
    this.#senders = new LinkSenders({ encryption, preferences, onBroken: () => this.#fail() });
    this.#connection = new RTCPeerConnection({
      iceServers: [...network.iceServers.current],
      bundlePolicy: 'max-bundle',
      rtcpMuxPolicy: 'require',
      ...peerConnectionSettings,
    });
    this.#negotiation = new Negotiation({
      connection: this.#connection,
      isOfferer: deps.isOfferer,
      clock,
      tell: deps.tell,
      onSections: () => this.#takeSections(),
      onAgreed: () => this.#checkSections(),
      onFailed: () => this.#fail(),
    });
    this.#recovery = new Recovery({
      clock,
      disconnectedMs: DISCONNECTED_MS,
      giveUpMs,
      restart: async () => {
        this.#negotiation.start();
        return 'done';
      },
      onGivenUp: () => this.#fail(),
    });
    this.#connection.onconnectionstatechange = () => this.#onState();
    try {
      if (deps.isOfferer) this.#makeSections();
    } catch (error) {
      this.close();
      throw error;
    }
    if (deps.isOfferer) this.#negotiation.start();
    this.#stops = [
      followNetwork(network, this.#recovery, () =>
        isReceiving(clock, () => this.#connection.getStats()),
      ),
      network.iceServers.subscribe((iceServers) => {
        const settings = this.#connection.getConfiguration();
        this.#connection.setConfiguration({ ...settings, iceServers: [...iceServers] });
      }),
    ];
  }

  get isUp(): boolean {
    return this.#connection.connectionState === 'connected';
  }

  /** Null while there are no sections to send over. */
  get senders(): LinkSenders | null {
    return this.#incoming.length === 0 ? null : this.#senders;
  }

  get received(): readonly Incoming[] {
    return this.#incoming;
  }

  hear(content: LinkContent): void {
    switch (content.type) {
      case 'offer':
        this.#negotiation.hearOffer(content.round, content.sdp);
        return;
      case 'answer':
        this.#negotiation.hearAnswer(content.round, content.sdp);
        return;
      case 'candidates':
        this.#negotiation.hearCandidates(content);
        return;
      case 'restart':
        if (this.#negotiation.isAsked(content.round)) this.#recovery.onNetworkChange();
        return;
      case 'want':
        this.#senders.want('cam', content.cam);
        this.#senders.want('screen', content.screen);
        return;
      case 'key-frame':
        if (kindOf(content.source) === 'video' && this.#allowKeyFrame(performance.now())) {
          void this.#senders.sendKeyFrame(content.source);
        }
        return;
      case 'moved':
      case 'closed':
        return;
    }
  }

  /** Tells the other how large its pictures are wanted. */
  want(cam: ViewLayer, screen: ViewLayer): void {
    const wants = `${cam} ${screen}`;
    if (wants === this.#wants) return;
    this.#wants = wants;
    this.#deps.tell({ type: 'want', cam, screen });
  }

  /** What this page's network is from now on is not told to the other any more. */
  hush(): void {
    this.#negotiation.close();
    this.#recovery.close();
  }

  /** For the statistics. */
  async read(): Promise<ConnectionReading> {
    return {
      id: 'direct',
      path: 'p2p',
      direction: 'both',
      state: this.#connection.connectionState,
      isUsed: true,
      report: await this.#connection.getStats(),
      sentIn: (mid) => this.#senders.sentIn(mid),
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stops) stop();
    this.#negotiation.close();
    this.#recovery.close();
    this.#connection.close();
    this.#senders.close();
    for (const { guarded } of this.#incoming) guarded.detach();
    this.#incoming.length = 0;
  }

  #fail(): void {
    this.close();
    this.#deps.onFailed();
  }

  #onState(): void {
    if (this.#closed) return;
    this.#recovery.onState(this.#connection.connectionState);
    this.#deps.onChange();
  }

  #makeSections(): void {
    for (const { from, source } of SECTIONS) {
      const isOwn = from === 'offerer';
      const transceiver = this.#connection.addTransceiver(kindOf(source), {
        direction: isOwn ? 'sendonly' : 'recvonly',
        ...(isOwn && {
          streams: [this.#streams[groupOf(source)]],
          sendEncodings: sendEncoding(source, 'p2p').encodings ?? [{}],
        }),
      });
      this.#attach(transceiver, source, isOwn);
    }
  }

  /** Throws when the other's description is not laid out as ours would be. */
  #takeSections(): void {
    const transceivers = this.#connection.getTransceivers();
    if (transceivers.length !== SECTIONS.length) throw new Error('other sections than ours');
    SECTIONS.forEach(({ from, source }, index) => {
      const transceiver = transceivers[index];
      if (transceiver?.receiver.track.kind !== kindOf(source)) throw new Error('another order');
      const isOwn = from === 'answerer';
      transceiver.direction = isOwn ? 'sendonly' : 'recvonly';
      if (isOwn) transceiver.sender.setStreams(this.#streams[groupOf(source)]);
      this.#attach(transceiver, source, isOwn);
    });
    this.#deps.onChange();
  }

  /** Throws when what was agreed on is not what was laid out: more sections, fewer, or other ways round. */
  #checkSections(): void {
    const { localDescription, remoteDescription } = this.#connection;
    for (const description of [localDescription, remoteDescription]) {
      if (!isLaidOut(description?.sdp ?? '')) throw new Error('other sections than ours');
    }
    const transceivers = this.#connection.getTransceivers();
    const isOfferer = this.#deps.isOfferer;
    SECTIONS.forEach(({ from }, index) => {
      const isOwn = (from === 'offerer') === isOfferer;
      const agreed = transceivers[index]?.currentDirection;
      if (agreed !== (isOwn ? 'sendonly' : 'recvonly')) throw new Error('another direction');
    });
  }

  /** Every sender and receiver gets its transform here, when it is made, and none goes without. */
  #attach(transceiver: RTCRtpTransceiver, source: StreamSource, isOwn: boolean): void {
    const { encryption, other } = this.#deps;
    const known = RTCRtpReceiver.getCapabilities(kindOf(source))?.codecs ?? [];
    transceiver.setCodecPreferences(codecsFor(source, known));
    if (isOwn) {
      this.#senders.add(source, transceiver);
      return;
    }
    const { receiver } = transceiver;
    const origin = { peerId: other, source, producerId: null };
    const guarded = encryption.attachReceiver(receiver, origin, mimeTypeOf(source));
    this.#incoming.push({ origin, receiver, track: receiver.track, guarded });
  }
}
