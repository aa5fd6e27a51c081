import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginning, sizeInBytes, textParts } from './chat-text.ts';

const links = (text: string) =>
  textParts(text).flatMap(({ text: shown, href }) => (href === null ? [] : [[shown, href]]));

test.each([
  ['see https://example.org/a?b=1#c', 'https://example.org/a?b=1#c'],
  ['(https://example.org/a).', 'https://example.org/a'],
  ['HTTPS://example.org/a, and more', 'HTTPS://example.org/a'],
  ['“http://example.org/”', 'http://example.org/'],
])('of %j a web address can be followed', (text, shown) => {
  expect(links(text)).toEqual([[shown, new URL(shown).href]]);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,<b>',
  'www.example.org',
  '<a href="x">',
  'https://',
  'https://bank.example@evil.example/',
  'https://:x@evil.example/',
])('of %j nothing can be followed', (text) => {
  expect(links(text)).toEqual([]);
});

test('two addresses are two', () => {
  expect(links('https://a.example https://b.example').map(([shown]) => shown)).toEqual([
    'https://a.example',
    'https://b.example',
  ]);
});

test('the parts are the text, whatever it is, and lead to the web alone', () => {
  const piece = fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom('https://', ' ', ').', '\n'));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      const parts = textParts(text);
      expect(parts.map((part) => part.text).join('')).toBe(text);
      for (const { href } of parts) expect(href ?? 'https://').toMatch(/^https?:\/\//);
    }),
  );
});

test('sizes are of what is sent', () => {
  expect([sizeInBytes('a'), sizeInBytes('é'), sizeInBytes('👍🏽')]).toEqual([1, 2, 8]);
});

test.each([
  ['Hello', 'Hello'],
  ['  Hello\n you ', 'Hello you'],
  ['Hello there', 'Hello the…'],
  ['👨‍👩‍👧'.repeat(10), `${'👨‍👩‍👧'.repeat(9)}…`],
])('of %j the beginning is %j', (text, shown) => {
  expect(beginning(text, 9)).toBe(shown);
});
