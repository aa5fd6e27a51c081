// The display name as an extension of a member's leaf (SPEC G6): signed by the member, in every
// welcome, covered by the tree hash, never seen by the server (RFC 9420 §7.2, private range §17.3).
import type { Extension } from 'ts-mls';
import { GroupError } from './group-errors.ts';
import { isDisplayName } from './display-name-text.ts';
import { utf8 } from './group-bytes.ts';

export const NAME_EXTENSION = 0xff01;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws `bad-name` for a name that no member would accept. */
export function nameExtension(name: string): Extension {
  const extensionData = utf8(name);
  const extension = { extensionType: NAME_EXTENSION, extensionData };
  if (readName([extension]) !== name) throw new GroupError('bad-name', 'not a display name');
  return extension;
}

/** The name, or undefined unless it is the one and only extension and well formed. */
export function readName(extensions: readonly Extension[]): string | undefined {
  const [extension, ...others] = extensions;
  if (extension?.extensionType !== NAME_EXTENSION || others.length > 0) return undefined;
  try {
    const name = decoder.decode(extension.extensionData);
    return isDisplayName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
