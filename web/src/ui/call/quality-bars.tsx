// Three bars, as many of them full as are left of a good connection, the others faint.
import type { Quality } from '../../call/stats/call-details.ts';

/** Where the full ones end, in the 24 units of the icons. */
const FULL_TO = { fair: 15.5, poor: 8.5 } as const satisfies Record<
  Exclude<Quality, 'good'>,
  number
>;

const BARS = '#icon-chart-no-axes-column-increasing';

export const QualityBars = ({ quality }: { readonly quality: keyof typeof FULL_TO }) => (
  <svg class="icon icon-small" viewBox="0 0 24 24" aria-hidden="true" data-bars={quality}>
    <use href={BARS} width="24" height="24" opacity="0.35" />
    <svg width={FULL_TO[quality]} height="24">
      <use href={BARS} width="24" height="24" />
    </svg>
  </svg>
);
