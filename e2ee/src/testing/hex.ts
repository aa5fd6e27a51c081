// Bytes as RFC 9605 writes them in its vectors.
import type { Bytes } from '../web-types.ts';

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const fromHex = (hex: string): Bytes => Uint8Array.from(Buffer.from(hex, 'hex'));
