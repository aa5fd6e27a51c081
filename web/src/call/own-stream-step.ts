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
  /** What the producer sends; null when nothing, undefined without a producer here. */
  readonly carried: MediaStreamTrack | null | undefined;
  /** Whether there is a transport to send over. */
  readonly canSend: boolean;
}

export type Step = 'none' | 'produce' | 'replace' | 'declare' | 'close';

export const nextStep = (wanted: WantedStream, current: CurrentStream): Step => {
  if (wanted.state === 'closed') {
    return current.on || current.hasProducer || current.carried !== undefined ? 'close' : 'none';
  }
  const on = wanted.state === 'on';
  // Off first of all: the others should know before anything else is done.
  if (!on && current.on) return 'declare';
  if (current.canSend && current.carried === undefined && wanted.track !== null) return 'produce';
  if (current.carried !== undefined && current.carried !== wanted.track) return 'replace';
  if (on && !current.on) return 'declare';
  return 'none';
};
