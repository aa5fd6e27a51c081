// Times for people, by Intl.
import { LOCALE } from './words-people.ts';

const SECOND_MS = 1000;
const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;

const parts = (ms: number) => {
  const total = Math.max(0, Math.floor(ms / SECOND_MS));
  return {
    hours: Math.floor(total / HOUR_S),
    minutes: Math.floor((total % HOUR_S) / MINUTE_S),
    seconds: total % MINUTE_S,
  };
};

const plain = new Intl.NumberFormat(LOCALE, { useGrouping: false });
const padded = new Intl.NumberFormat(LOCALE, { minimumIntegerDigits: 2 });

/** 4:07, or 1:04:07 past the hour. */
export const clock = (ms: number): string => {
  const { hours, minutes, seconds } = parts(ms);
  return hours > 0
    ? `${plain.format(hours)}:${padded.format(minutes)}:${padded.format(seconds)}`
    : `${plain.format(minutes)}:${padded.format(seconds)}`;
};

const inUnit = (value: number, unit: 'hour' | 'minute' | 'second'): string =>
  new Intl.NumberFormat(LOCALE, { style: 'unit', unit, unitDisplay: 'long' }).format(value);

/** “1 hour and 4 minutes”; seconds only below a minute. */
export const duration = (ms: number): string => {
  const { hours, minutes, seconds } = parts(ms);
  if (hours === 0 && minutes === 0) return inUnit(seconds, 'second');
  const shown = [
    ...(hours > 0 ? [inUnit(hours, 'hour')] : []),
    ...(minutes > 0 ? [inUnit(minutes, 'minute')] : []),
  ];
  return new Intl.ListFormat(LOCALE, { type: 'conjunction' }).format(shown);
};

/** For machines: the `datetime` of a <time>. */
export const isoDuration = (ms: number): string => {
  const { hours, minutes, seconds } = parts(ms);
  return `PT${hours}H${minutes}M${seconds}S`;
};

/** 14:03, or 2:03 PM, as this system counts the hours. */
export const timeOfDay = (atMs: number): string => {
  const { hourCycle } = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions();
  return new Intl.DateTimeFormat(LOCALE, {
    hour: 'numeric',
    minute: '2-digit',
    ...(hourCycle && { hourCycle }),
  }).format(atMs);
};
