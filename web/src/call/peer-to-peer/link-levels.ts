// Who speaks while two people talk directly, when no media node tells: levels of the other's microphone
// as the browser plays it, and of the own one.
import type { PeerId } from '@sotto/signaling/protocol';
import type { Cancel, Clock } from '../../signaling/clock.ts';
import type { Incoming } from '../incoming.ts';

const INTERVAL_MS = 100;
/** A level counts for so many intervals, as long as the media node listens for one of its own. */
const INTERVALS_HELD = 3;
/** dBov; below is a quiet room, not speech. As at the media node. */
const THRESHOLD_DBOV = -60;
/** Of the meter of the own microphone (mic-level.ts). */
const METER_RANGE_DB = 60;

export type Levels = ReadonlyMap<PeerId, number>;

export interface Heard {
  readonly peerId: PeerId;
  /** dBov. */
  readonly volume: number;
}

/** Of what is played now; `audioLevel` is 0 to 1 (W3C WebRTC §5.6.1). */
export const volumeOf = (receiver: Pick<RTCRtpReceiver, 'getSynchronizationSources'>): number =>
  Math.max(
    ...receiver
      .getSynchronizationSources()
      .map(({ audioLevel }) => 20 * Math.log10(audioLevel ?? 0)),
    Number.NEGATIVE_INFINITY,
  );

/** `level`: of the meter, 0 to 1. */
export const volumeOfMeter = (level: number): number =>
  level <= 0 ? Number.NEGATIVE_INFINITY : METER_RANGE_DB * (level - 1);

export interface OwnSound {
  readonly peerId: PeerId;
  /** 0 to 1. */
  readonly level: number;
}

/** Of what comes over the link, and of oneself; null while one is muted. */
export const heardOver = (
  received: readonly Incoming[],
  own: OwnSound | null,
): readonly Heard[] => [
  ...received
    .filter(({ origin: { source } }) => source === 'mic')
    .map(({ origin: { peerId }, receiver }) => ({ peerId, volume: volumeOf(receiver) })),
  ...(own === null ? [] : [{ peerId: own.peerId, volume: volumeOfMeter(own.level) }]),
];

export interface LinkLevelsDeps {
  readonly clock: Clock;
  readonly read: () => readonly Heard[];
  /** Only when it has changed. */
  readonly onLevels: (levels: Levels) => void;
}

export class LinkLevels {
  readonly #deps: LinkLevelsDeps;
  #history: readonly (readonly Heard[])[] = [];
  #told: Levels = new Map();
  #cancel: Cancel | null = null;

  constructor(deps: LinkLevelsDeps) {
    this.#deps = deps;
  }

  /** May be called again. */
  start(): void {
    this.#cancel ??= this.#later();
  }

  /** Nobody is heard any more by this way. May be called again. */
  stop(): void {
    if (this.#cancel === null) return;
    this.#cancel();
    this.#cancel = null;
    this.#history = [];
    this.#tell(new Map());
  }

  #later(): Cancel {
    return this.#deps.clock.after(INTERVAL_MS, () => {
      this.#cancel = this.#later();
      this.#look();
    });
  }

  #look(): void {
    this.#history = [...this.#history, this.#deps.read()].slice(-INTERVALS_HELD);
    const levels = new Map<PeerId, number>();
    for (const { peerId, volume } of this.#history.flat()) {
      if (volume < THRESHOLD_DBOV) continue;
      levels.set(peerId, Math.max(Math.round(volume), levels.get(peerId) ?? THRESHOLD_DBOV));
    }
    this.#tell(levels);
  }

  #tell(levels: Levels): void {
    const isSame =
      levels.size === this.#told.size &&
      [...levels].every(([peerId, volume]) => this.#told.get(peerId) === volume);
    if (isSame) return;
    this.#told = levels;
    this.#deps.onLevels(levels);
  }
}
