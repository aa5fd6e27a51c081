// Who is told of what happens on this node; one that fails disturbs no other.
import { messageOf } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import type { MediaEvent } from './protocol.ts';

type Listener = (event: MediaEvent) => void;

export interface Watchers {
  readonly emit: Listener;
  /** The answer ends the watch. */
  readonly watch: (listener: Listener) => () => void;
}

export const createWatchers = (log: MediaLog): Watchers => {
  const listeners = new Set<{ readonly tell: Listener }>();
  return {
    emit: (event) => {
      for (const { tell } of listeners) {
        try {
          tell(event);
        } catch (error) {
          log.error({ event: event.type, error: messageOf(error) }, 'a watcher failed');
        }
      }
    },
    watch: (listener) => {
      // The same function may watch twice.
      const watching = { tell: listener };
      listeners.add(watching);
      return () => void listeners.delete(watching);
    },
  };
};
