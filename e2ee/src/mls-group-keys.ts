// GroupKeys over ts-mls: holds the one membership and replaces it only when a step went through.
// The steps themselves are the functions of the mls-* files, which throw and change nothing.
import type { CiphersuiteImpl } from 'ts-mls';
import { allSecretTreeValues } from 'ts-mls/secretTree.js';
import type { Bytes } from './group-bytes.ts';
import { GroupError } from './group-errors.ts';
import { type GroupPoint, generationOf, samePoint } from './group-id.ts';
import type {
  AcceptedCommit,
  GroupKeys,
  GroupKeysDeps,
  NextEpoch,
  PreparedCommit,
  SafetyCode,
  SealedMessage,
} from './group-keys.ts';
import { acceptCommit } from './mls-accept.ts';
import type { CommitLimits, CommitWish } from './mls-commit-choice.ts';
import { type MadeCommit, makeCommit, mergeMade, startGroup } from './mls-commit.ts';
import { type OwnKeyPackage, makeKeyPackage } from './mls-key-package.ts';
import {
  type EpochFacts,
  type Membership,
  pointOf,
  readEpoch,
  readyTag,
  wipeEnded,
  wipeUnused,
} from './mls-membership.ts';
import { type AppMessage, forgetEpoch, openMessage, sealMessage } from './mls-messages.ts';
import { loadSuite } from './mls-suite.ts';
import { openWelcome } from './mls-welcome.ts';
import { safetyCode } from './safety-code.ts';

const KEY_PACKAGES_KEPT = 3;

export async function createGroupKeys(deps: GroupKeysDeps): Promise<GroupKeys> {
  const suite = await loadSuite();
  const signatureKeys = await suite.signature.keygen();
  return new MlsGroupKeys(suite, { ...deps, signatureKeys }, deps.psk.slice());
}

type OwnIdentity = Parameters<typeof makeKeyPackage>[0];

class MlsGroupKeys implements GroupKeys {
  readonly #suite: CiphersuiteImpl;
  readonly #identity: OwnIdentity;
  readonly #psk: Uint8Array;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;
  #packages: readonly OwnKeyPackage[] = [];
  #draft: Membership | undefined;
  #current: Membership | undefined;
  /** The one commit of this epoch; `dropped` ones block another all the same. */
  #made: { readonly commit: MadeCommit; readonly dropped: boolean } | undefined;
  // For the tab's life, across rejoins under the same signature key.
  #nextSeq = 0;

  constructor(suite: CiphersuiteImpl, identity: OwnIdentity, psk: Uint8Array) {
    this.#suite = suite;
    this.#identity = identity;
    this.#psk = psk;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(async () => {
      this.#requireOpen();
      try {
        return await work();
      } finally {
        // Closed meanwhile: it worked with keys that were being overwritten.
        this.#requireOpen();
      }
    });
    this.#tail = run.catch(() => undefined);
    return run;
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    this.#forget();
    throw new GroupError('closed', 'these keys are gone');
  }

  #group(): Membership {
    if (this.#current === undefined) throw new GroupError('no-group', 'in no group');
    return this.#current;
  }

  async #enter(next: Membership): Promise<EpochFacts> {
    const facts = await readEpoch(next, this.#suite);
    const [ended, made] = [this.#current, this.#made];
    this.#current = next;
    this.#made = undefined;
    if (ended !== undefined) wipeEnded(ended, next);
    // Merged, its key schedule is the one that one has now.
    if (made !== undefined && made.commit.next.state.keySchedule !== next.state.keySchedule) {
      wipeUnused(made.commit.next);
    }
    return facts;
  }

  makeKeyPackage(nowMs: number): Promise<Bytes> {
    return this.#exclusive(async () => {
      const made = await makeKeyPackage(this.#identity, nowMs, this.#suite);
      this.#packages = [...this.#packages, made].slice(-KEY_PACKAGES_KEPT);
      return made.bytes;
    });
  }

  draftGroup(groupId: string, nowMs: number): Promise<string> {
    return this.#exclusive(async () => {
      generationOf(groupId);
      const own = await makeKeyPackage(this.#identity, nowMs, this.#suite);
      this.#draft = await startGroup(groupId, own, this.#suite);
      return readyTag(this.#draft.state.keySchedule.epochAuthenticator);
    });
  }

  adoptDraft(groupId: string): Promise<EpochFacts> {
    return this.#exclusive(() => {
      const draft = this.#draft;
      if (draft === undefined || pointOf(draft).groupId !== groupId) {
        throw new GroupError('no-group', 'no such draft');
      }
      this.#draft = undefined;
      this.#packages = [];
      return this.#enter(draft);
    });
  }

  join(welcome: Uint8Array, expected: GroupPoint): Promise<EpochFacts> {
    return this.#exclusive(async () => {
      const next = await openWelcome(welcome, this.#packages, this.#psk, expected, this.#suite);
      this.#packages = [];
      this.#draft = undefined;
      return this.#enter(next);
    });
  }

  makeCommit(wish: CommitWish, limits: CommitLimits): Promise<PreparedCommit> {
    return this.#exclusive(async () => {
      const group = this.#group();
      if (this.#made !== undefined) throw new GroupError('commit-made', 'one commit an epoch');
      const commit = await makeCommit(group, wish, this.#psk, limits, this.#suite);
      this.#made = { commit, dropped: false };
      const { epochAuthenticator } = commit.next.state.keySchedule;
      return {
        commit: commit.commit,
        welcomes: commit.welcomes,
        tag: readyTag(epochAuthenticator),
        refused: commit.refused,
        deferred: commit.deferred,
      };
    });
  }

  mergeCommit(): Promise<NextEpoch> {
    return this.#exclusive(async () => {
      const group = this.#group();
      if (this.#made === undefined || this.#made.dropped) {
        throw new GroupError('no-pending', 'nothing to merge');
      }
      const { commit } = this.#made;
      const epoch = await this.#enter(mergeMade(group, commit));
      return { kind: 'member', epoch, removed: commit.facts.removed.length > 0 };
    });
  }

  dropCommit(): Promise<void> {
    return this.#exclusive(() => {
      if (this.#made) this.#made = { ...this.#made, dropped: true };
      return Promise.resolve();
    });
  }

  acceptCommit(commit: Uint8Array, by: string): Promise<AcceptedCommit> {
    return this.#exclusive(async () => {
      const accepted = await acceptCommit(this.#group(), commit, this.#psk, this.#suite, by);
      if (accepted.kind === 'removed') return { kind: 'removed' };
      const epoch = await this.#enter(accepted.next);
      return { kind: 'member', epoch, removed: accepted.facts.removed.length > 0 };
    });
  }

  sealMessage(kind: number, body: Uint8Array): Promise<SealedMessage> {
    return this.#exclusive(async () => {
      const message = { kind, seq: this.#nextSeq, body };
      const { next, bytes, sent } = await sealMessage(this.#group(), message, this.#suite);
      this.#nextSeq += 1;
      this.#current = next;
      return { bytes, point: pointOf(next), sent };
    });
  }

  openMessage(bytes: Uint8Array): Promise<AppMessage> {
    return this.#exclusive(async () => {
      const { next, message } = await openMessage(this.#group(), bytes, this.#suite);
      this.#current = next;
      return message;
    });
  }

  forgetEpoch(point: GroupPoint): Promise<void> {
    return this.#exclusive(() => {
      const group = this.#current;
      if (group === undefined || pointOf(group).groupId !== point.groupId) return Promise.resolve();
      const old = group.state.historicalReceiverData.get(BigInt(point.epoch));
      if (old === undefined || samePoint(pointOf(group), point)) return Promise.resolve();
      this.#current = forgetEpoch(group, point.epoch);
      wipe([...allSecretTreeValues(old.secretTree), old.senderDataSecret, old.resumptionPsk]);
      return Promise.resolve();
    });
  }

  safetyCode(): Promise<SafetyCode> {
    return this.#exclusive(async () => {
      const group = this.#group();
      const point = pointOf(group);
      const { epochAuthenticator } = group.state.keySchedule;
      return { point, digits: await safetyCode(epochAuthenticator, point.groupId) };
    });
  }

  close(): void {
    this.#closed = true;
    this.#forget();
  }

  /** Again, too, when something was under way while the keys were closed. */
  #forget(): void {
    const memberships = [this.#current, this.#draft, this.#made?.commit.next];
    for (const membership of memberships) if (membership) wipeMembership(membership);
    for (const { privatePackage } of this.#packages) wipe(Object.values(privatePackage));
    wipe([this.#psk, this.#identity.signatureKeys.signKey]);
    this.#packages = [];
    this.#draft = undefined;
    this.#current = undefined;
    this.#made = undefined;
  }
}

function wipeMembership({ state }: Membership): void {
  const { keySchedule, privatePath, secretTree, historicalReceiverData } = state;
  wipe(Object.values(keySchedule));
  wipe(Object.values(privatePath.privateKeys));
  wipe(allSecretTreeValues(secretTree));
  for (const old of historicalReceiverData.values()) wipe(allSecretTreeValues(old.secretTree));
}

/** Also tolerant of holes: the library makes its list longer than what it puts in. */
function wipe(secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}
