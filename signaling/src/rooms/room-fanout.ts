// Who of a room has a socket on this node, and the telling of news to all of them.
import type { AppMessage, PeerId, RecordEvent, RoomId, Signal } from '../protocol/index.ts';
import { findPeer, type RoomEvent, type RoomPeer, type RoomRecord } from './record.ts';
import { eventView, eventViewFor } from './views.ts';

type AppMessageSignal = Extract<Signal, { event: 'app-message' }>;

/** A session in a room, as the room sees it. */
export interface RoomMember {
  readonly peerId: PeerId;
  readonly session: number;
  /**
   * The same objects for every member, but for a commit that welcomes this one: who sends them on needs
   * to serialize them only once.
   */
  deliver(events: readonly RecordEvent[]): void;
  signal(signal: Signal): void;
  message(signal: AppMessageSignal): void;
  /** The record is gone: the session must join again. It is no member any more. */
  reset(): void;
  /**
   * This socket ends, and is no member any more: the person is here by another one; has left; or was taken
   * for away, as when this node's lease ended, and has to resume.
   */
  retire(reason: 'replaced' | 'gone' | 'away'): void;
  /** This node cannot reach the store: the socket ends, so that it resumes by another one. */
  cutOff(): void;
}

export const isFor = ({ from, to }: AppMessage, peerId: PeerId): boolean =>
  from !== peerId && (to === undefined || to === peerId);

const retirement = (
  peer: RoomPeer | undefined,
  { session }: RoomMember,
): Parameters<RoomMember['retire']>[0] => {
  if (peer === undefined) return 'gone';
  return peer.session === session ? 'away' : 'replaced';
};

export class RoomFanout {
  readonly #members = new Map<RoomId, Set<RoomMember>>();

  add(roomId: RoomId, member: RoomMember): void {
    const members = this.#members.get(roomId) ?? new Set();
    this.#members.set(roomId, members.add(member));
  }

  remove(roomId: RoomId, member: RoomMember): void {
    const members = this.#members.get(roomId);
    if (members?.delete(member) === true && members.size === 0) this.#members.delete(roomId);
  }

  has(roomId: RoomId): boolean {
    return this.#members.has(roomId);
  }

  /** Whether the socket of that very session is on this node. */
  holds(roomId: RoomId, { peerId, session }: Pick<RoomPeer, 'peerId' | 'session'>): boolean {
    return this.#of(roomId).some((one) => one.peerId === peerId && one.session === session);
  }

  members(): readonly RoomMember[] {
    return [...this.#members.values()].flatMap((members) => [...members]);
  }

  count(): { readonly rooms: number; readonly peers: number } {
    const members = [...this.#members.values()];
    return { rooms: members.length, peers: members.reduce((sum, { size }) => sum + size, 0) };
  }

  publish(roomId: RoomId, events: readonly RoomEvent[], record: RoomRecord): void {
    const told = events.map((event) => ({ event, shared: eventView(event) }));
    for (const member of this.#of(roomId)) {
      member.deliver(told.map(({ event, shared }) => eventViewFor(event, member.peerId, shared)));
      const peer = findPeer(record, member.peerId);
      if (peer?.session === member.session && peer.connected) continue;
      this.remove(roomId, member);
      member.retire(retirement(peer, member));
    }
  }

  signal(roomId: RoomId, signal: Signal): void {
    for (const member of this.#of(roomId)) member.signal(signal);
  }

  /** To all but its sender, or only to whom it names. */
  message(roomId: RoomId, message: AppMessage): void {
    const signal: AppMessageSignal = { event: 'app-message', data: { message } };
    for (const member of this.#of(roomId)) {
      if (isFor(message, member.peerId)) member.message(signal);
    }
  }

  reset(roomId: RoomId): void {
    const members = this.#of(roomId);
    this.#members.delete(roomId);
    for (const member of members) member.reset();
  }

  #of(roomId: RoomId): readonly RoomMember[] {
    return [...(this.#members.get(roomId) ?? [])];
  }
}
