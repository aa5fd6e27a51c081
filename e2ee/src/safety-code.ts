// The 30 digits that people compare (SPEC G37): slow to compute, so that a forged group whose code
// starts alike is dear; computed when the shield opens, in the group's worker.
import { concat, ownBytes, utf8 } from './group-bytes.ts';
import { groupIdBytes } from './group-id.ts';

const ITERATIONS = 100_000;
const GROUPS = 6;
const BYTES_PER_GROUP = 5;

/** Six groups of five digits. `epochAuthenticator` is RFC 9420 §8.7's. */
export async function safetyCode(
  epochAuthenticator: Uint8Array,
  groupId: string,
): Promise<readonly string[]> {
  const key = await crypto.subtle.importKey('raw', ownBytes(epochAuthenticator), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const salt = concat(utf8('sotto safety code 1'), groupIdBytes(groupId));
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ITERATIONS },
    key,
    GROUPS * BYTES_PER_GROUP * 8,
  );
  const derived = new Uint8Array(bits);
  return Array.from({ length: GROUPS }, (_, group) => {
    const part = derived.subarray(group * BYTES_PER_GROUP, (group + 1) * BYTES_PER_GROUP);
    // 40 bits: below 2^53, so a number holds it exactly.
    const value = part.reduce((sum, byte) => sum * 256 + byte, 0);
    return String(value % 100_000).padStart(5, '0');
  });
}
