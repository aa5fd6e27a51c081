// What a display name may be (SPEC G6), for who types one and for who reads it off a leaf alike.
import { utf8 } from './group-bytes.ts';

export const MAX_NAME_BYTES = 64;

// Control characters, line separators, and the marks that reorder the text around a name.
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

// Format characters, spaces, and the fillers that draw nothing.
const VISIBLE = /[^\p{Cf}\p{Z}\u115f\u1160\u2800\u3164\uffa0]/u;

/** 1 to 64 bytes of UTF-8, no space around them, something to see among them, nothing unsafe. */
export const isDisplayName = (name: string): boolean =>
  name === name.trim() &&
  utf8(name).length <= MAX_NAME_BYTES &&
  VISIBLE.test(name) &&
  !UNSAFE.test(name);
