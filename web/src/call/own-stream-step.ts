// What to do next so that what is sent, and what the room's record says of it, become what the
// person wants. Pure; own-streams.ts does it.

export interface WantedStream {
  readonly state: 'on' | 'off' | 'closed';
  /** A muted microphone has one; a camera that is off has none. */
  readonly track: MediaStreamTrack | null;
}

export interface CurrentStream {
  /** As the room's record has it. */
  readonly on: boolean;
  readonly hasProducer: boolean;
  /** What each way out sends; null when nothing, undefined where it carries no such source. */
  readonly carried: readonly (MediaStreamTrack | null | undefined)[];
}

export type Step = 'none' | 'produce' | 'replace' | 'declare' | 'close';

export const nextStep = (wanted: WantedStream, current: CurrentStream): Step => {
  const isCarried = current.carried.some((track) => track !== undefined);
  if (wanted.state === 'closed') {
    return current.on || current.hasProducer || isCarried ? 'close' : 'none';
  }
  const on = wanted.state === 'on';
  // Off first of all: the others should know before anything else is done.
  if (!on && current.on) return 'declare';
  if (wanted.track !== null && current.carried.includes(undefined)) return 'produce';
  const isOther = current.carried.some((track) => track !== undefined && track !== wanted.track);
  if (isOther) return 'replace';
  if (on && !current.on) return 'declare';
  return 'none';
};
