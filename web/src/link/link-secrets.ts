// The secrets of the meetings that this tab has been given, by room: in memory while the page stands,
// in the tab's storage until one leaves, so that a reload comes back in. Never logged, never sent.
import { signal } from '@preact/signals';
import { RoomId } from '@sotto/signaling/protocol';
import type { Arrivals } from './address-bar.ts';
import { readSecret } from './room-secret.ts';

export interface LinkSecrets {
  /** Null: it has to be asked for. Reads a signal: a view that calls it is drawn again. */
  secretOf(roomId: RoomId): string | null;
  keep(roomId: RoomId, secret: string): void;
  /** Leaves it in memory alone, for the way back in. */
  unstore(roomId: RoomId): void;
}

const storageKey = (roomId: RoomId): string => `sotto.link.${roomId}`;

/** `storage` may throw, or give one that does: then what is in memory has to do. */
export const openLinkSecrets = (storage: () => Storage = () => sessionStorage): LinkSecrets => {
  const held = signal<ReadonlyMap<RoomId, string>>(new Map());

  const stored = (roomId: RoomId): string | null => {
    try {
      return readSecret(storage().getItem(storageKey(roomId)) ?? '');
    } catch {
      return null;
    }
  };
  const store = (change: (storage: Storage) => void): void => {
    try {
      change(storage());
    } catch {
      // A reload will ask for the key.
    }
  };

  const hold = (roomId: RoomId, secret: string): void => {
    if (held.peek().get(roomId) === secret) return;
    held.value = new Map(held.peek()).set(roomId, secret);
  };

  return {
    secretOf: (roomId) => held.value.get(roomId) ?? stored(roomId),
    keep: (roomId, secret) => {
      hold(roomId, secret);
      store((to) => to.setItem(storageKey(roomId), secret));
    },
    unstore: (roomId) => {
      const secret = held.peek().get(roomId) ?? stored(roomId);
      if (secret !== null) hold(roomId, secret);
      store((from) => from.removeItem(storageKey(roomId)));
    },
  };
};

/** What is no key is dropped here: the page then asks for one. */
export const keepArrivals = (arrivals: Arrivals, secrets: LinkSecrets): void =>
  arrivals.hear(({ pathname, fragment }) => {
    const roomId = RoomId.safeParse(/^\/m\/([^/]+)\/?$/.exec(pathname)?.[1]);
    const secret = readSecret(fragment);
    if (roomId.success && secret !== null) secrets.keep(roomId.data, secret);
  });
