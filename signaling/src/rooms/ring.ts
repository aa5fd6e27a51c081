// The application messages of one room that were posted last, bounded in number and bytes.
import type { AppMessage } from '../protocol/index.ts';
import { RING_BYTES, RING_MESSAGES } from './room-store.ts';

export interface Ring {
  push(message: Omit<AppMessage, 'seq'>): AppMessage;
  /** `last`: the newest ever; `messages`: those after `afterSeq` that are still here. */
  read(afterSeq: number): { readonly last: number; readonly messages: readonly AppMessage[] };
}

export const createRing = (): Ring => {
  const kept: { readonly message: AppMessage; readonly bytes: number }[] = [];
  let last = 0;
  let heldBytes = 0;

  return {
    push: (posted) => {
      last += 1;
      const message = { ...posted, seq: last };
      const bytes = Buffer.byteLength(JSON.stringify(message));
      kept.push({ message, bytes });
      heldBytes += bytes;
      while (kept.length > RING_MESSAGES || heldBytes > RING_BYTES) {
        heldBytes -= kept.shift()?.bytes ?? 0;
      }
      return message;
    },
    read: (afterSeq) => ({
      last,
      messages: kept.filter(({ message }) => message.seq > afterSeq).map(({ message }) => message),
    }),
  };
};
