// People in sentences: by number, and by name.

export const LOCALE = 'en';

const plural = new Intl.PluralRules(LOCALE);
const names = new Intl.ListFormat(LOCALE, { type: 'conjunction' });

/** A number as people write it. */
export const whole = new Intl.NumberFormat(LOCALE);

export const people = (count: number): string =>
  plural.select(count) === 'one' ? '1 person' : `${whole.format(count)} people`;

/** Three by name; more, and their number says enough. */
export const who = (list: readonly string[]): string =>
  list.length <= 3 ? names.format(list) : people(list.length);
