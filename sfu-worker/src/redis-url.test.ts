// REDIS_URL: which forms there are, and that nothing of a wrong one is repeated.
import { expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';

it('one server, with what belongs to it', () => {
  expect(parseRedisUrl('redis://localhost')).toEqual({
    kind: 'single',
    tls: false,
    address: { host: 'localhost', port: 6379 },
    db: 0,
  });
  expect(parseRedisUrl('rediss://me:p%40ss%2F@[::1]:6380/3')).toEqual({
    kind: 'single',
    tls: true,
    username: 'me',
    password: 'p@ss/',
    address: { host: '::1', port: 6380 },
    db: 3,
  });
  expect(parseRedisUrl('redis://:secret@10.0.0.7/')).toMatchObject({ password: 'secret', db: 0 });
});

it('a cluster: any of its servers', () => {
  expect(parseRedisUrl('rediss+cluster://:pw@a:7000,b,[fe80::1]:7002')).toEqual({
    kind: 'cluster',
    tls: true,
    password: 'pw',
    addresses: [
      { host: 'a', port: 7000 },
      { host: 'b', port: 6379 },
      { host: 'fe80::1', port: 7002 },
    ],
  });
});

it('sentinels, and the name of their master', () => {
  expect(parseRedisUrl('redis+sentinel://a,b:5000/meetings/2')).toEqual({
    kind: 'sentinel',
    tls: false,
    addresses: [
      { host: 'a', port: 26_379 },
      { host: 'b', port: 5_000 },
    ],
    name: 'meetings',
    db: 2,
  });
});

it.each([
  'http://hunter2@host',
  'redis://',
  'redis://hunter2@a,b',
  'redis://:hunter2@host:99999',
  'redis://:hunter2@host:0',
  'redis://:hunter2@host/name',
  'redis://:hunter2%zz@host',
  'redis://:hunter2/x@host',
  'redis+cluster://:hunter2@a,b/1',
  'redis+cluster://:hunter2@a,,b',
  'redis+sentinel://:hunter2@a,b',
  'redis+sentinel://:hunter2@a/name/1/2',
  'redis+other://:hunter2@a',
  'redis://:hunter2@host?password=hunter2',
])('%s is none, and is not repeated', (url) => {
  const said = (): string => {
    try {
      parseRedisUrl(url);
      return 'taken';
    } catch (error) {
      return String(error);
    }
  };
  expect(said()).toContain('REDIS_URL: ');
  expect(said()).not.toContain('hunter2');
});
