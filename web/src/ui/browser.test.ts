// Which browser's words to use, by what browsers call themselves.
import { expect, test } from 'vitest';
import { browserFamily } from './browser.ts';

const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0',
    0,
    'chromium',
  ],
  [`${MAC} Version/18.4 Safari/605.1.15`, 0, 'safari-desktop'],
  [`${MAC} Version/18.4 Safari/605.1.15`, 5, 'safari-mobile'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1',
    5,
    'safari-mobile',
  ],
])('%s', (userAgent, touchPoints, family) => {
  expect(browserFamily(userAgent, touchPoints)).toBe(family);
});
