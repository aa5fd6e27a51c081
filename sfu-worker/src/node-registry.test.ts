// What a reader of the directory takes for a media node.
import { expect, it } from 'vitest';
import { isMediaNodeUrl, parseRegisteredNode } from './node-registry.ts';

it('M16 takes a door and the end of a lease, and ignores what another release adds', () => {
  const node = { url: 'ws://10.0.0.2:4000', untilMs: 1_763_700_000_000 };
  expect(parseRegisteredNode(JSON.stringify(node))).toEqual(node);
  expect(parseRegisteredNode(JSON.stringify({ ...node, more: [] }))).toEqual(node);
});

it.each([
  '',
  'no JSON',
  'null',
  '{}',
  '{"url":"ws://a"}',
  '{"untilMs":1}',
  '{"url":"http://a","untilMs":1}',
  '{"url":"ws://a","untilMs":"1"}',
  '{"url":"ws://a","untilMs":1.5}',
])('M16 takes %j for nothing', (text) => {
  expect(parseRegisteredNode(text)).toBeUndefined();
});

it.each(['ws://a', 'wss://media.example:4000', 'ws://[::1]:4000'])('M16 %s is a door', (url) => {
  expect(isMediaNodeUrl(url)).toBe(true);
});

const LONG = `ws://${'a'.repeat(512)}`;

it.each([
  LONG,
  'http://a',
  'ws://',
  'ws://a/path',
  'ws://me@a',
  'ws://a?b',
  'ws://a:port',
  'ws://[::1',
])('M16 %s is none', (url) => {
  expect(isMediaNodeUrl(url)).toBe(false);
});
