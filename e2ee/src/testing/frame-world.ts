// What the tests of frames are made of: a clock moved by hand, epochs with known keys, frames that
// look like a codec's, and the code with which something was refused.
import type { FrameCodec } from '../clear-prefix.ts';
import { FrameError, type FrameErrorCode } from '../errors.ts';
import type { FrameClock } from '../frame-clock.ts';
import { decodeFrameHeader } from '../frame-header.ts';
import { makeGroupId } from '../group-id.ts';
import { importBaseKey } from '../key-schedule.ts';
import type { EpochKeys } from '../live-epoch.ts';
import type { Bytes } from '../web-types.ts';

export class ManualClock implements FrameClock {
  #nowMs = 0;
  readonly #tasks = new Set<{ readonly atMs: number; readonly task: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const entry of [...this.#tasks].sort((a, b) => a.atMs - b.atMs)) {
      if (entry.atMs > this.#nowMs || !this.#tasks.delete(entry)) continue;
      entry.task();
    }
  }
}

/** The same bytes for the same generation and salt, so that runs can be repeated. */
export const groupOf = (generation: number, salt = 0): string =>
  makeGroupId(generation, (length) => new Uint8Array(length).fill(salt));

export const LEAVES: ReadonlyMap<string, number> = new Map([
  ['alice', 0],
  ['bob', 1],
  ['carol', 2],
]);

/** The base key that `peer` would get: a function of group and epoch, as with MLS. */
export const baseKeyOf = (groupId: string, epoch: number): Bytes => {
  const key = new Uint8Array(16);
  for (const [index, byte] of new TextEncoder().encode(groupId).entries()) {
    key[index % 16] = (key[index % 16] ?? 0) * 31 + byte;
  }
  new DataView(key.buffer).setUint32(12, epoch);
  return key;
};

export const epochKeys = async (
  peer: string,
  groupId: string,
  epoch: number,
  changes: Partial<EpochKeys> = {},
): Promise<EpochKeys> => ({
  groupId,
  epoch,
  baseKey: await importBaseKey(baseKeyOf(groupId, epoch)),
  ownLeaf: LEAVES.get(peer) ?? 200,
  leaves: LEAVES,
  canSend: true,
  ...changes,
});

/** RFC 6386 §9.1: a key frame's tag, start code and size; or a delta frame's tag. */
export const vp8KeyFrame = (payload: Uint8Array = Uint8Array.of(1, 2, 3, 4)): Bytes =>
  Uint8Array.of(0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00, ...payload);

export const vp8DeltaFrame = (payload: Uint8Array = Uint8Array.of(1, 2, 3, 4)): Bytes =>
  Uint8Array.of(0x31, ...payload);

export const encodedFrame = (codec: FrameCodec, payload?: Uint8Array): Bytes =>
  codec === 'vp8' ? vp8DeltaFrame(payload) : Uint8Array.from(payload ?? [9, 8, 7]);

/** KID and counter of a sealed frame, whatever its prefix. */
export const headerAfter = (prefixLength: number, frame: Uint8Array) =>
  decodeFrameHeader(frame.subarray(prefixLength));

/** The code of what was thrown; 'nothing' if nothing was. */
export const codeOf = async (action: () => unknown): Promise<FrameErrorCode | 'nothing'> => {
  try {
    await action();
    return 'nothing';
  } catch (error) {
    if (error instanceof FrameError) return error.code;
    throw error;
  }
};

/** `bytes` with one bit turned. */
export const flipBit = (bytes: Uint8Array, bit: number): Bytes => {
  const out = Uint8Array.from(bytes);
  const index = Math.floor(bit / 8);
  out[index] = (out[index] ?? 0) ^ (1 << (bit % 8));
  return out;
};
