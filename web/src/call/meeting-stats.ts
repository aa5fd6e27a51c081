// How a meeting's media fares: reads what carries it now, and keeps the judgement of everybody.
import type { PeerId } from '@sotto/signaling/protocol';
import type { Clock } from '../signaling/clock.ts';
import type { CallMedia } from './call-media.ts';
import type { CallState } from './call-state.ts';
import type { Quality } from './stats/call-details.ts';
import { CallStats } from './stats/call-stats.ts';
import type { StatsReading } from './stats/stats-reading.ts';

export interface MeetingStatsDeps {
  readonly clock: Clock;
  readonly state: CallState;
  /** Null while there is none. */
  readonly media: () => CallMedia | null;
  readonly onQualities: () => void;
}

export class MeetingStats {
  readonly #deps: MeetingStatsDeps;
  readonly #stats: CallStats;
  #qualities: ReadonlyMap<PeerId, Quality> = new Map();

  constructor(deps: MeetingStatsDeps) {
    this.#deps = deps;
    this.#stats = new CallStats({
      ...deps,
      read: () => this.#read(),
      onQualities: (qualities) => {
        this.#qualities = qualities;
        deps.onQualities();
      },
    });
  }

  /** Of the others; whoever is missing cannot be judged. */
  get qualities(): ReadonlyMap<PeerId, Quality> {
    return this.#qualities;
  }

  /** Keeps the state's details up to date until the answer is called. */
  watch(): () => void {
    return this.#stats.watch();
  }

  close(): void {
    this.#stats.close();
  }

  async #read(): Promise<StatsReading> {
    const { state, media } = this.#deps;
    const { path, reason } = state.callPath.peek() ?? { path: 'sfu', reason: null };
    const read = await media()?.read();
    return {
      mode: path,
      reason,
      epoch: state.group.peek()?.epoch ?? null,
      connections: read?.connections ?? [],
      received: (trackId) => read?.received(trackId),
    };
  }
}
