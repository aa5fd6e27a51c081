// Measured figures for people, by Intl; the units are those of the standards, the same everywhere.
import { LOCALE } from './words-people.ts';

const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(LOCALE, options);

const whole = number({ maximumFractionDigits: 0 });
const tenths = number({ maximumFractionDigits: 1 });
const pixels = number({ maximumFractionDigits: 0, useGrouping: false });
const percent = number({ style: 'percent', maximumFractionDigits: 1 });
const inMs = number({ style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 });

/** What rounds to 1,000 kbit/s is said in Mbit/s. */
const MEGABIT_FROM_BPS = 999_500;

/** 250 kbit/s, 2.5 Mbit/s. */
export const bitrate = (bps: number): string =>
  bps < MEGABIT_FROM_BPS
    ? `${whole.format(bps / 1000)} kbit/s`
    : `${tenths.format(bps / 1_000_000)} Mbit/s`;

/** 0.4%, of a ratio from 0 to 1. */
export const share = (ratio: number): string => percent.format(ratio);

/** 34 ms. */
export const milliseconds = (ms: number): string => inMs.format(ms);

/** 1280 × 720. */
export const resolution = (width: number, height: number): string =>
  `${pixels.format(width)} × ${pixels.format(height)}`;

export const wholeNumber = (value: number): string => whole.format(value);
