// Unsigned 64-bit numbers as bytes. Bigints stay at the border: shifting them for each byte of each
// frame took longer than the rest of a header.

export const MAX_U64 = 0xffff_ffff_ffff_ffffn;

export const isU64 = (value: bigint): boolean => value >= 0n && value <= MAX_U64;

export interface Halves {
  readonly high: number;
  readonly low: number;
}

export const halvesOf = (value: bigint): Halves => ({
  high: Number(value >> 32n),
  low: Number(value & 0xffff_ffffn),
});

/** Byte `index`, counted from the lowest. */
export const byteOf = ({ high, low }: Halves, index: number): number =>
  ((index < 4 ? low : high) >>> (8 * (index % 4))) & 0xff;

/** Bytes of the shortest big-endian form; 1 for 0. */
export const byteLength = ({ high, low }: Halves): number =>
  high === 0 ? Math.max(1, 4 - (Math.clz32(low) >>> 3)) : 8 - (Math.clz32(high) >>> 3);
