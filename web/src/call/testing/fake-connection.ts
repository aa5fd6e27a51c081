// An RTCPeerConnection that negotiates and carries nothing: for who decides when there is to be one.
import { kindOf, SECTIONS } from '../peer-to-peer/link-layout.ts';
import { FakeTrack } from './fake-track.ts';

const SDP = ['v=0', ...SECTIONS.map(({ source }) => `m=${kindOf(source)} 9 RTP 111`)].join('\r\n');

class FakeTransceiver {
  direction: string;
  currentDirection: string | null = null;
  readonly mid: string;
  readonly sender = {
    replaceTrack: async (): Promise<void> => undefined,
    setStreams: (): void => undefined,
    getParameters: () => ({ encodings: [] }),
    setParameters: async (): Promise<void> => undefined,
  };
  readonly receiver: { readonly track: MediaStreamTrack };

  constructor(kind: 'audio' | 'video', direction: string, mid: string) {
    this.direction = direction;
    this.mid = mid;
    this.receiver = { track: new FakeTrack(kind, mid) };
  }

  setCodecPreferences(): void {
    // All are alike.
  }
}

export class FakeConnection {
  static readonly made: FakeConnection[] = [];
  readonly candidates: unknown[] = [];
  readonly #transceivers: FakeTransceiver[] = [];
  connectionState = 'new';
  signalingState = 'stable';
  localDescription: { readonly sdp: string } | null = null;
  remoteDescription: { readonly sdp: string } | null = null;
  onconnectionstatechange: () => void = () => undefined;
  onicecandidate: (event: object) => void = () => undefined;

  constructor() {
    FakeConnection.made.push(this);
  }

  addTransceiver(kind: 'audio' | 'video', { direction }: { readonly direction: string }) {
    const made = new FakeTransceiver(kind, direction, String(this.#transceivers.length));
    this.#transceivers.push(made);
    return made;
  }

  getTransceivers(): readonly FakeTransceiver[] {
    return this.#transceivers;
  }

  async createOffer() {
    return { type: 'offer', sdp: SDP };
  }

  async createAnswer() {
    return { type: 'answer', sdp: SDP };
  }

  async setLocalDescription({ type, sdp }: { readonly type: string; readonly sdp: string }) {
    this.localDescription = { sdp };
    this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
    if (type === 'answer') this.#agree();
  }

  async setRemoteDescription({ type, sdp }: { readonly type: string; readonly sdp: string }) {
    this.remoteDescription = { sdp };
    if (type === 'offer' && this.#transceivers.length === 0) {
      for (const { source } of SECTIONS) {
        this.addTransceiver(kindOf(source), { direction: 'recvonly' });
      }
    }
    if (type === 'answer') {
      this.signalingState = 'stable';
      this.#agree();
    }
  }

  async addIceCandidate(candidate: unknown): Promise<void> {
    this.candidates.push(candidate);
  }

  async getStats() {
    return new Map();
  }

  getConfiguration() {
    return {};
  }

  setConfiguration(): void {
    // There is nothing to reach.
  }

  become(state: 'connected' | 'disconnected' | 'failed'): void {
    this.connectionState = state;
    this.onconnectionstatechange();
  }

  close(): void {
    this.connectionState = 'closed';
    this.signalingState = 'closed';
  }

  #agree(): void {
    for (const transceiver of this.#transceivers) {
      transceiver.currentDirection = transceiver.direction;
    }
  }
}
