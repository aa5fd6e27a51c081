// Watches how a call's media fares, every two seconds, or every second while somebody looks at the
// details: the quality of everybody, whether the network is to blame, and the figures.
import type { PeerId } from '@sotto/signaling/protocol';
import type { Cancel, Clock } from '../../signaling/clock.ts';
import type { CallState, NetworkTrouble } from '../call-state.ts';
import type { CallDetails, ConnectionDetails, Quality, StreamDetails } from './call-details.ts';
import { measure, type MeasuredStream } from './measure.ts';
import { seeTrouble, troubleRank } from './network-trouble.ts';
import { qualityOf, rankOf } from './quality.ts';
import { type Patience, settle, type Settled, settledOn } from './settle.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { StatsReading } from './stats-reading.ts';

const INTERVAL_MS = 2_000;
const WATCHED_INTERVAL_MS = 1_000;
/** Enough for the time that losses count (measure.ts), at one a second. */
const SNAPSHOTS_KEPT = 7;

/** Worse news come soon, and good ones when they have lasted. */
const QUALITY_PATIENCE: Patience = { worseAfter: 2, betterAfter: 3 };
/** In words on the screen: only what lasts. */
const TROUBLE_PATIENCE: Patience = { worseAfter: 3, betterAfter: 3 };
/** That nothing arrives is known at once, and so is its end. */
const CUT_OFF_PATIENCE: Patience = { worseAfter: 1, betterAfter: 1 };

export interface CallStatsDeps {
  readonly clock: Clock;
  readonly state: Pick<CallState, 'ownQuality' | 'networkTrouble' | 'details'>;
  /** May reject: then there is nothing new. */
  readonly read: () => Promise<StatsReading>;
  /** Of the others; whoever is missing cannot be judged. Only when something has changed. */
  readonly onQualities: (qualities: ReadonlyMap<PeerId, Quality>) => void;
}

const detailsOf = (
  { mode, reason, epoch, connections }: Snapshot,
  streams: readonly MeasuredStream[],
): CallDetails => ({
  mode,
  reason,
  epoch,
  connections,
  streams: streams.map(
    ({
      freezes: _freezes,
      targetBps: _target,
      isLimitedByBandwidth: _limited,
      ...shown
    }): StreamDetails => shown,
  ),
});

/** The first that can be said is said at once. */
const settleQuality = (
  former: Settled<Quality | null> | undefined,
  seen: Quality | null,
): Settled<Quality | null> =>
  former === undefined || former.shown === null
    ? settledOn(seen)
    : settle(former, seen, rankOf, QUALITY_PATIENCE);

const carrying = (
  connections: readonly ConnectionDetails[],
  wanted: 'send' | 'receive',
): readonly ConnectionDetails[] =>
  connections.filter(({ direction }) => direction === wanted || direction === 'both');

export class CallStats {
  readonly #deps: CallStatsDeps;
  #history: readonly Snapshot[] = [];
  #others: ReadonlyMap<PeerId, Settled<Quality | null>> = new Map();
  #own: Settled<Quality | null> = settledOn(null);
  #trouble: Settled<NetworkTrouble | null> = settledOn(null);
  #watchers = 0;
  #isReading = false;
  #cancel: Cancel = () => undefined;
  #closed = false;

  constructor(deps: CallStatsDeps) {
    this.#deps = deps;
    void this.#run();
  }

  /** Keeps `details` up to date until the answer is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1 && !this.#isReading) void this.#run();
    let isWatching = true;
    return () => {
      if (!isWatching) return;
      isWatching = false;
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#deps.state.details.value = null;
    };
  }

  /** May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancel();
    const { ownQuality, networkTrouble, details } = this.#deps.state;
    ownQuality.value = null;
    networkTrouble.value = null;
    details.value = null;
  }

  /** One reading after the other. Never rejects. */
  async #run(): Promise<void> {
    if (this.#closed) return;
    this.#cancel();
    this.#isReading = true;
    try {
      const snapshot = snapshotOf(await this.#deps.read());
      if (!this.#closed) this.#take(snapshot);
    } catch {
      // A connection went while it was asked: the next reading has what is there then.
    }
    this.#isReading = false;
    if (this.#closed) return;
    const wait = this.#watchers > 0 ? WATCHED_INTERVAL_MS : INTERVAL_MS;
    this.#cancel = this.#deps.clock.after(wait, () => void this.#run());
  }

  #take(snapshot: Snapshot): void {
    const { state } = this.#deps;
    const streams = measure(snapshot, this.#history);
    this.#history = [...this.#history, snapshot].slice(-SNAPSHOTS_KEPT);
    this.#judgeOthers(snapshot, streams);
    this.#judgeOwn(snapshot, streams);
    if (this.#watchers > 0) state.details.value = detailsOf(snapshot, streams);
  }

  #judgeOthers({ connections }: Snapshot, streams: readonly MeasuredStream[]): void {
    const before = this.#others;
    const over = carrying(connections, 'receive');
    const byPeer = Map.groupBy(streams, ({ peerId }) => peerId);
    const judged = [...byPeer].flatMap(([peerId, theirs]): [PeerId, Settled<Quality | null>][] => {
      if (peerId === null) return [];
      return [[peerId, settleQuality(before.get(peerId), qualityOf(theirs, over))]];
    });
    this.#others = new Map(judged);
    const isChanged =
      before.size !== this.#others.size ||
      judged.some(([peerId, { shown }]) => before.get(peerId)?.shown !== shown);
    if (isChanged) this.#deps.onQualities(this.#qualities());
  }

  #qualities(): ReadonlyMap<PeerId, Quality> {
    return new Map(
      [...this.#others].flatMap(([peerId, { shown }]): [PeerId, Quality][] =>
        shown === null ? [] : [[peerId, shown]],
      ),
    );
  }

  #judgeOwn({ mode, connections }: Snapshot, streams: readonly MeasuredStream[]): void {
    const { state } = this.#deps;
    const sent = streams.filter(({ direction }) => direction === 'send');
    const own = qualityOf(sent, carrying(connections, 'send'));
    this.#own = settleQuality(this.#own, own);
    state.ownQuality.value = this.#own.shown;
    const { trouble, isSure } = seeTrouble(mode, streams, connections);
    const isCutOff = isSure || this.#trouble.shown === 'reconnecting-media';
    const patience = isCutOff ? CUT_OFF_PATIENCE : TROUBLE_PATIENCE;
    this.#trouble = settle(this.#trouble, trouble, troubleRank, patience);
    state.networkTrouble.value = this.#trouble.shown;
  }
}
