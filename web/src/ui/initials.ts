// One or two letters for a name, and a hue from an id: what stands for somebody without a picture.
import { LOCALE } from './words-people.ts';

const graphemes = new Intl.Segmenter(LOCALE, { granularity: 'grapheme' });

const WRITTEN = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

const firstOf = (word: string): string => {
  for (const { segment } of graphemes.segment(word)) {
    if (WRITTEN.test(segment)) return segment.toLocaleUpperCase(LOCALE);
  }
  return '';
};

/** Of the first and the last word, as written letters of any script. */
export const initials = (name: string): string => {
  const words = name
    .split(/[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Component}’'-]+/u)
    .filter((word) => WRITTEN.test(word));
  const [first = ''] = words;
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return firstOf(first) + firstOf(last);
};

/** 0 to 359, spread evenly over ids (FNV-1a). */
export const hueOf = (id: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % 360;
};
