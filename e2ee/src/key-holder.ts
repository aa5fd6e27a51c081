// What the key worker runs once it knows who one is (SPEC G39–G45): the keys, the session over them,
// the way to the frame worker, and application messages in both directions.
import { AppInbox, type Opening, type SealedMessage } from './app-inbox.ts';
import { AppOutbox, type OutMessage } from './app-outbox.ts';
import { type EnvelopeKey, importEnvelopeKey, openEnvelope, sealEnvelope } from './envelope.ts';
import { EpochOutlet } from './epoch-outlet.ts';
import type { FrameClock } from './frame-clock.ts';
import { type Bytes, randomBytes, readU32, toBase64url } from './group-bytes.ts';
import { GroupError, type GroupErrorCode } from './group-errors.ts';
import { type GroupPoint, generationOf, samePoint } from './group-id.ts';
import type { GroupKeys, GroupKeysDeps } from './group-keys.ts';
import { type GroupRunner, type OutsideEffect, createGroupRunner } from './group-runner.ts';
import type { Trouble } from './group-session-types.ts';
import type { KeyIdentity, KeyWorkerNews, KeyWorkerRequest } from './key-worker-messages.ts';
import { deriveEnvelopeKey, derivePreSharedKey } from './link-secret.ts';
import type { EpochFacts } from './mls-membership.ts';

/**
 * Base64url characters of a commit's welcomes, at 330 for each member that one of them lists. The
 * server takes 131 072 characters in one message. The longest names take 425 a member, so welcomes
 * come to 116 000 at most; the rest is for the commit, 330 bytes for each who comes, and 114
 * characters of envelope and JSON around each welcome. Raising it has commits refused.
 */
export const MAX_COMMIT_BYTES = 90_000;
const MESSAGE_ID_BYTES = 12;

export interface KeyHolderDeps {
  readonly identity: KeyIdentity;
  readonly clock: FrameClock;
  /** Milliseconds since the epoch, for lifetimes. */
  readonly today: () => number;
  readonly createKeys: (deps: GroupKeysDeps) => Promise<GroupKeys>;
  readonly tell: (news: KeyWorkerNews) => void;
  /** It cannot go on. */
  readonly onFailed: () => void;
}

export type HolderRequest = Exclude<KeyWorkerRequest, { type: 'start' | 'wipe' }>;

export interface KeyHolder {
  handle(request: HolderRequest): void;
  /** Forgets everything, for good. May be called twice. */
  close(): void;
}

export async function createKeyHolder(deps: KeyHolderDeps): Promise<KeyHolder> {
  const { identity, createKeys } = deps;
  const { secret, roomId, peerId, name } = identity;
  const envelopeBytes = deriveEnvelopeKey(secret, roomId);
  const psk = derivePreSharedKey(secret, roomId);
  try {
    const envelopeKey = await importEnvelopeKey(envelopeBytes);
    return new RunningHolder(deps, await createKeys({ peerId, name, psk }), envelopeKey);
  } finally {
    envelopeBytes.fill(0);
    psk.fill(0);
  }
}

/** 0 ≤ jitter < 1. */
const randomJitter = (): number => readU32(randomBytes(4), 0) / 2 ** 32;

class RunningHolder implements KeyHolder {
  readonly #deps: KeyHolderDeps;
  readonly #keys: GroupKeys;
  readonly #envelopeKey: EnvelopeKey;
  readonly #runner: GroupRunner;
  readonly #outlet: EpochOutlet;
  readonly #outbox: AppOutbox;
  readonly #inbox: AppInbox;
  #cancelTimer: (() => void) | null = null;
  /** The newest epoch that was told of. */
  #point: GroupPoint | null = null;
  /** As the page was told last. */
  #trouble: Trouble | null = null;
  #closed = false;

  constructor(deps: KeyHolderDeps, keys: GroupKeys, envelopeKey: EnvelopeKey) {
    const { clock, onFailed, tell } = deps;
    this.#deps = deps;
    this.#keys = keys;
    this.#envelopeKey = envelopeKey;
    const onEpochNeeded = (): void => this.#runner.handle({ type: 'update-wanted' });
    this.#outlet = new EpochOutlet({
      onReady: (message) => tell({ type: 'to-server', message }),
      onEpochNeeded,
      onFailed,
    });
    this.#outbox = new AppOutbox({
      clock,
      seal: (message) => this.#seal(message),
      onSealed: (request, envelope) => tell({ type: 'sealed', request, envelope }),
      onRefused: (request, code) => tell({ type: 'refused', request, code }),
      onEpochNeeded,
      onFailed,
    });
    this.#inbox = new AppInbox({
      clock,
      open: (sealed) => this.#open(sealed),
      onMessage: (message) => tell({ type: 'message', message }),
      onFailed,
    });
    this.#runner = createGroupRunner({
      keys,
      envelopeKey,
      roomId: deps.identity.roomId,
      self: deps.identity.peerId,
      clock: {
        now: () => clock.now(),
        today: deps.today,
        setTimer: (at, call) => this.#setTimer(at, call),
      },
      newMessageId: () => toBase64url(randomBytes(MESSAGE_ID_BYTES)),
      jitter: randomJitter(),
      maxCommitBytes: MAX_COMMIT_BYTES,
      outside: (effect) => this.#perform(effect),
    });
  }

  handle(request: HolderRequest): void {
    switch (request.type) {
      case 'connect-frames':
        return this.#outlet.connect(request.port);
      case 'event':
        if (!this.#closed) this.#runner.handle(request.event);
        return;
      case 'seal':
        return this.#outbox.add(request);
      case 'open':
        return this.#inbox.add(request);
      case 'safety-code':
        void this.#answerSafetyCode(request.request);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#runner.close();
    this.#keys.close();
    this.#outlet.wipe();
    this.#inbox.close();
    this.#outbox.close();
  }

  #setTimer(at: number | null, call: () => void): void {
    const { clock } = this.#deps;
    this.#cancelTimer?.();
    this.#cancelTimer = at === null ? null : clock.after(Math.max(0, at - clock.now()), call);
  }

  #perform(effect: OutsideEffect): void {
    const { tell } = this.#deps;
    switch (effect.type) {
      case 'install':
        return this.#install(effect.epoch);
      case 'send-ready':
        return this.#outlet.ready(effect);
      case 'switch':
        return this.#outlet.switchTo(effect.group);
      case 'wipe':
        // The frame worker forgets by itself (F12); late messages the runner's keys have forgotten.
        return;
      case 'wipe-all':
        this.close();
        return tell({ type: 'ended' });
      case 'tell':
        return this.#tellTrouble(effect.trouble);
      case 'send-create':
      case 'send-key-package':
      case 'send-commit':
      case 'send-bad-commit':
      case 'ask-record':
        return tell({ type: 'to-server', message: effect });
    }
  }

  #install(facts: EpochFacts): void {
    const { groupId, epoch, leaf, roster } = facts;
    this.#point = { groupId, epoch };
    this.#outlet.install(facts);
    this.#deps.tell({ type: 'epoch', epoch: { groupId, epoch, leaf, roster } });
    this.#tellTrouble(null);
    this.#inbox.epochBegan();
    this.#outbox.epochBegan();
  }

  #tellTrouble(trouble: Trouble | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#deps.tell({ type: 'trouble', trouble });
  }

  async #seal({ kind, body, to }: OutMessage): Promise<Bytes> {
    const { roomId, peerId } = this.#deps.identity;
    const { bytes, point, sent } = await this.#keys.sealMessage(kind, body);
    if (samePoint(point, this.#point)) this.#runner.handle({ type: 'messages-sent', count: sent });
    const context = { roomId, sender: peerId, recipient: to };
    return sealEnvelope(this.#envelopeKey, 'app', point, context, bytes);
  }

  async #open({ from, to, envelope }: SealedMessage): Promise<Opening> {
    const { roomId, peerId } = this.#deps.identity;
    if (to !== '' && to !== peerId) return { kind: 'dropped' };
    let said: GroupPoint | null = null;
    try {
      const context = { roomId, sender: from, recipient: to };
      const { groupId, epoch, plaintext } = await openEnvelope(
        this.#envelopeKey,
        'app',
        context,
        envelope,
      );
      said = { groupId, epoch };
      const { sender, kind, body } = await this.#keys.openMessage(plaintext);
      // The server says who sent it, the signature who wrote it: both or nobody.
      if (sender.peerId !== from) return { kind: 'dropped' };
      return { kind: 'opened', message: { sender, kind, body } };
    } catch (error) {
      if (!(error instanceof GroupError)) throw error;
      return { kind: said !== null && this.#mayCome(error.code, said) ? 'early' : 'dropped' };
    }
  }

  /** Whether a message that does not open now might when one is further. */
  #mayCome(code: GroupErrorCode, said: GroupPoint): boolean {
    if (code === 'future-epoch' || code === 'no-group') return true;
    if (code !== 'unknown-epoch' || this.#point === null) return false;
    return generationOf(said.groupId) > generationOf(this.#point.groupId);
  }

  async #answerSafetyCode(request: number): Promise<void> {
    const { tell, onFailed } = this.#deps;
    try {
      const { point, digits } = await this.#keys.safetyCode();
      tell({ type: 'safety-code', request, point, digits });
    } catch (error) {
      if (!(error instanceof GroupError)) return onFailed();
      tell({ type: 'refused', request, code: error.code });
    }
  }
}
