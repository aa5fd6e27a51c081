// What a message's text is made of: its size on the wire, the web addresses in it, and its beginning
// for a notice. Text is text: nothing in it is ever read as markup.

const encoder = new TextEncoder();

export const sizeInBytes = (text: string): number => encoder.encode(text).length;

export interface TextPart {
  readonly text: string;
  /** Where it leads, or null: it is not a web address. */
  readonly href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"“”]+/gi;
/** Ends a sentence or a bracket around the address far more often than it ends the address. */
const TRAILING = /[.,;:!?'’)\]}»…]+$/;

const plain = (text: string): readonly TextPart[] => (text === '' ? [] : [{ text, href: null }]);

const hrefOf = (address: string): string | null => {
  const url = URL.canParse(address) ? new URL(address) : null;
  // What is shown is where it leads: no name in front of the host that looks like another host.
  const isWeb = url !== null && /^https?:$/.test(url.protocol) && url.username === '';
  return isWeb && url.password === '' ? url.href : null;
};

/** The parts in order; together they are the text. */
export const textParts = (text: string): readonly TextPart[] => {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, '');
    const href = hrefOf(address);
    if (href === null) continue;
    parts.push(...plain(text.slice(end, match.index)), { text: address, href });
    end = match.index + address.length;
  }
  return [...parts, ...plain(text.slice(end))];
};

/** The first so many letters, as people count them, on one line. */
export const beginning = (text: string, letters: number): string => {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  const segments = [...new Intl.Segmenter().segment(line.slice(0, letters * 8))];
  const isWhole = segments.length <= letters && line.length <= letters * 8;
  if (isWhole) return line;
  const shown = segments.slice(0, letters).map(({ segment }) => segment);
  return `${shown.join('').trimEnd()}…`;
};
