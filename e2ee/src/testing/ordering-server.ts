// The server's part in groups, for tests: it orders, counts and forwards, and reads nothing. It follows
// the same rules as the record will (SPEC G24–G36, "what the server does").
import { type GroupPoint, generationOf, samePoint } from '../group-id.ts';
import type { SessionEvent } from '../group-runner.ts';
import type {
  CommitFact,
  KeyPackageFact,
  MadeMessage,
  RefusalCode,
  RoomView,
  SessionEffect,
} from '../group-session-types.ts';
import { tagHash } from '../mls-membership.ts';

type Create = Extract<SessionEffect, { type: 'send-create' }>;
type Ready = Extract<SessionEffect, { type: 'send-ready' }>;
type Answer = { readonly messageId: string; readonly code: RefusalCode } | null;

export type OrderingServer = ReturnType<typeof createOrderingServer>;

const EPOCHS_PER_10_S = 12;

export function createOrderingServer(
  deliver: (to: string, event: SessionEvent) => void,
  now: () => number,
) {
  let group: (GroupPoint & { members: Set<string>; tagHash: string }) | null = null;
  const peers = new Map<string, boolean>();
  const keyPackages = new Map<string, KeyPackageFact>();
  const accepted: CommitFact[] = [];
  const welcomes = new Map<string, CommitFact>();
  const reports = new Map<string, Set<string>>();
  const readyFor = new Map<string, Set<string>>();
  const condemned = new Set<string>();
  /** Authors of what was condemned in the group that there is. */
  const barred = new Set<string>();
  let epochTimes: number[] = [];

  const tell = (event: SessionEvent): void => {
    for (const peerId of peers.keys()) deliver(peerId, event);
  };
  const inside = (): string[] =>
    [...(group?.members ?? [])].filter(
      (peerId) => peers.get(peerId) === true && !keyPackages.has(peerId),
    );
  const isReset = (): boolean =>
    accepted.some(
      (commit) => condemned.has(commit.messageId) && commit.group.groupId === group?.groupId,
    );

  function mayReplace(by: string): boolean {
    if (inside().every((peerId) => peerId === by)) return true;
    return isReset() && group?.members.has(by) === true;
  }

  function create(by: string, { group: next, prev, tag }: Create): Answer {
    const refuse = (code: RefusalCode): Answer => ({ messageId: next.groupId, code });
    if (group !== null && samePoint(next, group)) {
      if (tagHash(tag) !== group.tagHash || barred.has(by)) return refuse('denied');
      group.members.add(by);
      tell({ type: 'group-created', group: next, by });
      return null;
    }
    if (!samePoint(prev, group)) return refuse('stale');
    if (prev !== null) {
      if (generationOf(next.groupId) !== generationOf(prev.groupId) + 1 || next.epoch !== 0) {
        return refuse('stale');
      }
      if (!mayReplace(by)) return refuse('denied');
    }
    group = { ...next, members: new Set([by]), tagHash: tagHash(tag) };
    barred.clear();
    keyPackages.delete(by);
    welcomes.clear();
    tell({ type: 'group-created', group: next, by });
    return null;
  }

  function commit(by: string, message: MadeMessage): Answer {
    const refuse = (code: RefusalCode): Answer => ({ messageId: message.messageId, code });
    if (accepted.some(({ messageId }) => messageId === message.messageId)) return null;
    if (group === null || !samePoint(message.group, group)) return refuse('stale');
    if (!group.members.has(by)) return refuse('denied');
    epochTimes = epochTimes.filter((at) => at > now() - 10_000);
    if (epochTimes.length >= EPOCHS_PER_10_S) return refuse('rate');
    epochTimes.push(now());
    const welcomed = message.welcomes.map(({ to }) => to);
    const { messageId, envelope } = message;
    const fact: CommitFact = {
      messageId,
      by,
      group: message.group,
      tagHash: message.tagHash,
      envelope,
      welcomed,
    };
    const members = new Set([...group.members, ...welcomed]);
    for (const { to, envelope: welcome } of message.welcomes) {
      welcomes.set(to, { ...fact, welcome });
      keyPackages.delete(to);
    }
    for (const peerId of peers.keys()) {
      const own = message.welcomes.find(({ to }) => to === peerId);
      // Who is no member gets the version with the bodies elided.
      const seen = members.has(peerId) ? fact : { ...fact, envelope: new Uint8Array() };
      deliver(peerId, { type: 'commit', commit: own ? { ...seen, welcome: own.envelope } : seen });
    }
    accepted.push(fact);
    const { groupId, epoch } = group;
    group = { groupId, epoch: epoch + 1, members, tagHash: message.tagHash };
    return null;
  }

  function badCommit(by: string, messageId: string): void {
    const bad = accepted.find((one) => one.messageId === messageId);
    if (bad?.group.groupId !== group?.groupId || bad === undefined) return;
    if (group?.members.has(by) !== true) return;
    const saying = reports.get(messageId) ?? new Set();
    reports.set(messageId, saying.add(by));
    const others = [...group.members].filter(
      (peerId) => peerId !== bad.by && peers.get(peerId) === true,
    );
    const count = others.filter((peerId) => saying.has(peerId)).length;
    if (count * 2 <= others.length || condemned.has(messageId)) return;
    condemned.add(messageId);
    barred.add(bad.by);
    group.members.delete(bad.by);
    tell({ type: 'commit-condemned', messageId, author: bad.by });
  }

  function ready(by: string, { group: point, tag }: Ready): void {
    if (!samePoint(point, group) || tagHash(tag) !== group?.tagHash) return;
    const key = `${point.groupId} ${point.epoch}`;
    const saying = (readyFor.get(key) ?? new Set()).add(by);
    readyFor.set(key, saying);
    if (inside().every((peerId) => saying.has(peerId))) {
      tell({ type: 'epoch-ready', group: point });
    }
  }

  return {
    join(peerId: string): void {
      for (const other of peers.keys()) deliver(other, { type: 'peer-connected', peerId });
      peers.set(peerId, true);
    },
    leave(peerId: string, kicked = false): void {
      tell({ type: 'peer-left', peerId, kicked });
      peers.delete(peerId);
      keyPackages.delete(peerId);
      group?.members.delete(peerId);
    },
    setConnected(peerId: string, connected: boolean): void {
      peers.set(peerId, connected);
      tell({ type: connected ? 'peer-connected' : 'peer-disconnected', peerId });
    },
    view: (): RoomView => ({
      group: group && { ...group, members: [...group.members] },
      peers: new Map(peers),
      keyPackages: [...keyPackages.values()],
    }),
    /** What somebody who resumes gets besides: its welcome, if it was never fetched. */
    pendingFor: (peerId: string): readonly CommitFact[] => {
      const own = welcomes.get(peerId);
      if (own === undefined || own.group.groupId !== group?.groupId) return [];
      return [
        own,
        ...accepted.filter(
          (one) => one.group.groupId === own.group.groupId && one.group.epoch > own.group.epoch,
        ),
      ];
    },
    keyPackage(by: string, messageId: string, envelope: KeyPackageFact['envelope']): void {
      if (!peers.has(by)) return;
      const keyPackage = { peerId: by, messageId, envelope };
      keyPackages.delete(by);
      keyPackages.set(by, keyPackage);
      tell({ type: 'key-package', keyPackage });
    },
    create,
    commit,
    badCommit,
    ready,
    /** The record is lost: everybody joins it again with the same peer ids. */
    forgetEverything(): void {
      group = null;
      keyPackages.clear();
      accepted.length = 0;
      welcomes.clear();
    },
    epochs: () => accepted.length,
  };
}
