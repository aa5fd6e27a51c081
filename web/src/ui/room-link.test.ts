// What may be pasted into the fields for links and keys, and what invites others.
import { RoomId } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { inviteLink, parseMeetingKey, parseRoomLink } from './room-link.ts';

const CODE = RoomId.parse('AbCdEfGhIjKlMnOpQrStUv-_');
const OTHER = RoomId.parse('o'.repeat(24));
const SECRET = 'S'.repeat(42) + 'A';
const HERE = 'meet.example.org';
const LINK = `https://${HERE}/m/${CODE}#${SECRET}`;

test.each([
  [CODE, null],
  [`  ${CODE}\n`, null],
  [`https://meet.example.org/m/${CODE}`, null],
  [`http://meet.example.org/m/${CODE}/?from=mail`, null],
  [`meet.example.org/m/${CODE}`, null],
  [`HTTPS://MEET.example.org/m/${CODE}#${SECRET}`, SECRET],
  [`meet.example.org/m/${CODE}#${SECRET}`, SECRET],
  [`${LINK}?from=mail`, null],
  [LINK.slice(0, -1), null],
])('G1 %j leads here, with the key that it has', (input, secret) => {
  expect(parseRoomLink(input, HERE)).toEqual({ kind: 'here', roomId: CODE, secret });
});

test('a link to another server leads there, with all that is behind #', () => {
  expect(parseRoomLink(`https://other.example/m/${CODE}?x=1#${SECRET}`, HERE)).toEqual({
    kind: 'elsewhere',
    href: `https://other.example/m/${CODE}#${SECRET}`,
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

test.each([SECRET, ` ${SECRET}\n`, `#${SECRET}`, LINK])('G1 %j holds the key', (input) => {
  expect(parseMeetingKey(input, CODE, HERE)).toEqual({ kind: 'key', secret: SECRET });
});

test.each([
  '',
  'hello',
  SECRET.slice(1),
  `${SECRET}A`,
  `${SECRET.slice(0, -1)}B`,
  `https://${HERE}/m/${CODE}`,
  CODE,
])('G1 %j holds no key', (input) => {
  expect(parseMeetingKey(input, CODE, HERE)).toEqual({ kind: 'none' });
});

test('a link to another meeting leads there', () => {
  const to = { kind: 'here', roomId: OTHER, secret: SECRET };
  const input = `https://${HERE}/m/${OTHER}#${SECRET}`;
  expect(parseMeetingKey(input, CODE, HERE)).toEqual({ kind: 'link', to });
});

test('G1 what invites others leads them in with the key', () => {
  const link = inviteLink(CODE, SECRET, { origin: `https://${HERE}` });
  expect(link).toBe(LINK);
  expect(parseRoomLink(link, HERE)).toEqual({ kind: 'here', roomId: CODE, secret: SECRET });
});
