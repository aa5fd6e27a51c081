// Stands in for call/encryption/encryption.ts in a page that only benches and tests build, to measure
// what encryption costs and to show what a router would see without it. No server serves it.
import type { PeerId, RecordEvent, RoomView } from '@sotto/signaling/protocol';
import type { EncryptionDeps } from '../../src/call/encryption/encryption.ts';

export const peerConnectionSettings: RTCConfiguration = {};

export const canEncrypt = async (): Promise<boolean> => true;

const guarded = { ready: Promise.resolve(), detach: (): void => undefined };

export class Encryption {
  readonly #deps: EncryptionDeps;
  readonly #present = new Set<PeerId>();

  constructor(deps: EncryptionDeps) {
    this.#deps = deps;
  }

  see({ peers }: RoomView): void {
    for (const { peerId } of peers) this.#present.add(peerId);
    this.#tellRoster();
  }

  take(event: RecordEvent): void {
    if (event.event === 'peer-joined') this.#present.add(event.data.peer.peerId);
    this.#tellRoster();
  }

  hear(): void {
    // There is nothing to hear.
  }

  maySend(): boolean {
    return true;
  }

  attachSender() {
    return guarded;
  }

  attachReceiver() {
    return guarded;
  }

  canOpen(): boolean {
    return true;
  }

  stateOf(): 'ok' {
    return 'ok';
  }

  async tell(): Promise<void> {
    throw new Error('not in this build');
  }

  async safetyCode(): Promise<never> {
    throw new Error('not in this build');
  }

  close(): void {
    // There is nothing to close.
  }

  #tellRoster(): void {
    const roster = [...this.#present].map((peerId, leaf) => ({
      leaf,
      peerId,
      name: peerId,
      signatureKey: peerId,
    }));
    this.#deps.listener.onEpoch({ groupId: 'A'.repeat(22), epoch: 0, leaf: 0, roster });
  }
}
