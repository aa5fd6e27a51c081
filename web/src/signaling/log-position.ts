// Where the page is in the room's log, and what an event means there (PROTOCOL V2).
import type { Position, RecordEvent } from '@sotto/signaling/protocol';

type Followed = Position | 'known' | 'gap';

/** The position after the event; or that it is an old one, or that some before it are missing. */
export const follow = (position: Position, event: RecordEvent): Followed => {
  if (event.version <= position.version) return 'known';
  if (event.version > position.version + 1) return 'gap';
  return { ...position, version: event.version, head: event.head };
};
