// Which way a call goes, as its pages show it; and a server that does not wait long with the way back.
import { type Clock, systemClock } from '../../signaling/src/clock.ts';
import { BACK_TO_PEER_TO_PEER_MS } from '../../signaling/src/rooms/call-modes.ts';
import type { Person } from './person.ts';

export const CALL_MODE = '[data-testid="call-mode"]';

export const areIn = (path: 'p2p' | 'sfu', people: readonly Person[]): Promise<unknown> =>
  Promise.all(people.map((person) => person.finds(`${CALL_MODE}[data-mode="${path}"]`)));

/** `backMs` in place of the quarter of a minute that a call waits before it goes direct again. */
export const hurriedClock = (backMs: number): Clock => ({
  ...systemClock,
  after: (ms, task) => systemClock.after(ms === BACK_TO_PEER_TO_PEER_MS ? backMs : ms, task),
});
