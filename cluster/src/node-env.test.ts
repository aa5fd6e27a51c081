// What is given to the processes of a cluster, and what is made for them.
import { expect, it } from 'vitest';
import { givenToNodes, jwtSecret, mediaPorts, metricsPort } from './node-env.ts';

it('gives each process a metrics port of its own, after the one that is set', () => {
  const ports = [0, 1, 2].map((offset) => metricsPort({ METRICS_PORT: '9464' }, offset));
  expect(ports.map(({ METRICS_PORT }) => METRICS_PORT)).toEqual(['9464', '9465', '9466']);
});

it.each([undefined, '', '0', 'many'])('counts nothing up from METRICS_PORT=%s', (METRICS_PORT) => {
  expect([0, 1, 2].map((offset) => metricsPort({ METRICS_PORT }, offset))).toEqual([{}, {}, {}]);
});

it('makes a secret where none is given, and an empty one is none', () => {
  for (const env of [{}, { JWT_SECRET: '' }, { JWT_SECRET: '', JWT_SECRET_FILE: '' }]) {
    expect(jwtSecret(env).JWT_SECRET).toMatch(/^[0-9a-f]{48}$/);
  }
  expect(jwtSecret({ JWT_SECRET: 'given' })).toEqual({});
  expect(jwtSecret({ JWT_SECRET: '', JWT_SECRET_FILE: '/run/secret' })).toEqual({});
});

it('passes on what is set, and neither what is empty nor what is not for nodes', () => {
  const env = {
    LOG_LEVEL: 'debug',
    METRICS_PORT: '',
    TLS_KEY_FILE: '/key',
    MEDIA_SECRET_FILE: '/s',
    MEDIA_URL: 'ws://elsewhere',
  };
  expect(givenToNodes(env)).toEqual({ LOG_LEVEL: 'debug' });
});

const portsOf = (env: NodeJS.ProcessEnv) => [0, 1].map((offset) => mediaPorts(env, offset));

it('gives each media node ports of its own, one for each worker', () => {
  expect(portsOf({})).toEqual([
    { MEDIA_WORKERS: '1', RTC_PORT_BASE: '40000' },
    { MEDIA_WORKERS: '1', RTC_PORT_BASE: '40001' },
  ]);
  expect(portsOf({ MEDIA_WORKERS: '3', RTC_PORT_BASE: '50000' })).toEqual([
    { RTC_PORT_BASE: '50000' },
    { RTC_PORT_BASE: '50003' },
  ]);
  expect(portsOf({ RTC_PORT_BASE: '0' })).toEqual([{ MEDIA_WORKERS: '1' }, { MEDIA_WORKERS: '1' }]);
  expect(portsOf({ MEDIA_WORKERS: 'many' })).toEqual([{}, {}]);
});
