// How long a media node that drains as a whole stays before it ends (PROTOCOL M18).

export interface DepartureClock {
  /** Milliseconds, from any moment on. */
  now(): number;
  after(ms: number, task: () => void): void;
}

export interface DepartureDeps {
  readonly clock: DepartureClock;
  readonly countRooms: () => number;
  /** Of signaling processes that are connected: with none, nobody is there to move a room. */
  readonly countConnections: () => number;
  readonly timeoutMs: number;
}

/** More often finds out sooner that everybody has gone. */
export const DEPARTURE_LOOK_MS = 100;

/** Shorter: a connection that is being made anew is taken for nobody. Longer: a cluster ends later. */
export const ALONE_MS = 2_000;

/** Why it ends: no room is held, nobody of signaling is there, or it has waited for long enough. */
export type Departure = 'empty' | 'alone' | 'timeout';

export const awaitDeparture = (deps: DepartureDeps): Promise<Departure> => {
  const { clock, countRooms, countConnections, timeoutMs } = deps;
  const untilMs = clock.now() + timeoutMs;
  let lastConnectedMs = clock.now();
  const whyNow = (): Departure | undefined => {
    if (countRooms() === 0) return 'empty';
    if (countConnections() > 0) lastConnectedMs = clock.now();
    if (clock.now() - lastConnectedMs >= ALONE_MS) return 'alone';
    return clock.now() >= untilMs ? 'timeout' : undefined;
  };
  return new Promise((resolve) => {
    const look = (): void => {
      const why = whyNow();
      if (why !== undefined) resolve(why);
      else clock.after(Math.min(DEPARTURE_LOOK_MS, untilMs - clock.now()), look);
    };
    look();
  });
};
