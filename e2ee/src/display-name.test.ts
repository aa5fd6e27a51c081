// Display names as leaf extensions: what goes in comes out, and what no member accepts.
import { expect, test } from 'vitest';
import { NAME_EXTENSION, nameExtension, readName } from './display-name.ts';
import { utf8 } from './group-bytes.ts';

const extension = (data: Uint8Array) => ({ extensionType: NAME_EXTENSION, extensionData: data });

test.each(['Ada', 'Ünal Çelik', '李小龍', '🦊 fox', 'x'.repeat(64)])('G6 %s', (name) => {
  expect(readName([nameExtension(name)])).toBe(name);
});

test.each([
  ['nothing', ''],
  ['65 bytes', 'x'.repeat(65)],
  ['a control character', 'A\u0007'],
  ['a mark that turns the text around', 'A\u202eB'],
])('G6 %s is no name', (_, name) => {
  expect(() => nameExtension(name)).toThrow(expect.objectContaining({ code: 'bad-name' }));
  expect(readName([extension(utf8(name))])).toBeUndefined();
});

test('G6 bad UTF-8, another extension, and two extensions are no name', () => {
  expect(readName([extension(Uint8Array.of(0x41, 0xff))])).toBeUndefined();
  expect(readName([{ extensionType: 0xff02, extensionData: utf8('A') }])).toBeUndefined();
  expect(readName([nameExtension('A'), nameExtension('B')])).toBeUndefined();
  expect(readName([])).toBeUndefined();
});
