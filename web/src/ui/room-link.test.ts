// What may be pasted into the field on the home page.
import { expect, test } from 'vitest';
import { parseRoomLink } from './room-link.ts';

const CODE = 'AbCdEfGhIjKlMnOpQrStUv-_';
const HERE = 'meet.example.org';

test.each([
  [CODE, `/m/${CODE}`],
  [`  ${CODE}\n`, `/m/${CODE}`],
  [`https://meet.example.org/m/${CODE}`, `/m/${CODE}`],
  [`http://meet.example.org/m/${CODE}/?from=mail`, `/m/${CODE}`],
  [`meet.example.org/m/${CODE}`, `/m/${CODE}`],
  [`HTTPS://MEET.example.org/m/${CODE}#secret`, `/m/${CODE}#secret`],
])('%j leads here', (input, path) => {
  expect(parseRoomLink(input, HERE)).toEqual({ kind: 'here', path });
});

test('a link to another server leads there', () => {
  expect(parseRoomLink(`https://other.example/m/${CODE}?x=1`, HERE)).toEqual({
    kind: 'elsewhere',
    href: `https://other.example/m/${CODE}`,
  });
});

test.each([
  '',
  'hello',
  CODE.slice(1),
  'https://meet.example.org/',
  'https://meet.example.org/m/short',
  `https://meet.example.org/x/${CODE}`,
  `javascript:alert(1)//m/${CODE}`,
  'https://',
])('%j leads nowhere', (input) => {
  expect(parseRoomLink(input, HERE)).toEqual({ kind: 'nowhere' });
});
