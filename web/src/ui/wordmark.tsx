// The product's mark and name: a voice that grows quieter.
import { words } from './words.ts';

export const Mark = () => (
  <svg class="mark" viewBox="0 0 40 40" aria-hidden="true">
    <rect width="40" height="40" rx="11" />
    <path d="M12 12v16" />
    <path d="M20 15.5v9" />
    <path d="M28 18.5v3" />
  </svg>
);

export const Wordmark = () => (
  <a class="wordmark" href="/">
    <Mark />
    {words.product}
  </a>
);
