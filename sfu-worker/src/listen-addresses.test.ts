import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { types } from 'mediasoup';
import {
  canListen,
  localAddresses,
  planListening,
  withInternalCandidates,
} from './listen-addresses.ts';

const v4 = (address: string, internal = false): NetworkInterfaceInfo => ({
  address,
  internal,
  family: 'IPv4',
  netmask: '255.255.255.0',
  mac: '00:00:00:00:00:00',
  cidr: null,
});

const v6 = (address: string, internal = false, scopeid = 0): NetworkInterfaceInfo => ({
  ...v4(address, internal),
  family: 'IPv6',
  scopeid,
});

describe('localAddresses', () => {
  it('has outside addresses first, IPv4 before IPv6, and loopback last', () => {
    expect(
      localAddresses({
        lo: [v4('127.0.0.1', true), v6('::1', true)],
        eth0: [v6('2001:db8::7'), v4('192.0.2.7')],
      }),
    ).toEqual(['192.0.2.7', '2001:db8::7', '127.0.0.1', '::1']);
  });

  it('leaves out link-local addresses and repetitions', () => {
    expect(
      localAddresses({
        eth0: [v6('fe80::1', false, 2), v4('169.254.3.4'), v4('192.0.2.7')],
        eth1: [v4('192.0.2.7')],
        gone: undefined,
      }),
    ).toEqual(['192.0.2.7']);
  });

  it('is bounded on a host of many bridges, and keeps loopback', () => {
    const bridges = Array.from(
      { length: 40 },
      (_, n) => [`br${n}`, [v4(`172.16.${n}.1`)]] as const,
    );
    const addresses = localAddresses({
      ...Object.fromEntries(bridges),
      lo: [v4('127.0.0.1', true)],
    });
    expect(addresses).toHaveLength(7);
    expect(addresses.at(0)).toBe('172.16.0.1');
    expect(addresses.at(-1)).toBe('127.0.0.1');
  });
});

describe('planListening', () => {
  it('listens on each address when none is announced', () => {
    const plan = planListening({ port: 40_001 }, ['192.0.2.7', '127.0.0.1']);
    expect(plan.listenInfos).toEqual([
      { protocol: 'udp', ip: '192.0.2.7', port: 40_001 },
      { protocol: 'tcp', ip: '192.0.2.7', port: 40_001 },
      { protocol: 'udp', ip: '127.0.0.1', port: 40_001 },
      { protocol: 'tcp', ip: '127.0.0.1', port: 40_001 },
    ]);
    expect(plan.internalAddresses).toEqual([]);
  });

  it('listens on all at once when one is announced, and names the internal ones of its family', () => {
    const addresses = ['192.0.2.7', '10.0.0.7', '2001:db8::7', '127.0.0.1', '::1'];
    const plan = planListening({ port: 0, announcedAddress: '192.0.2.7' }, addresses);
    expect(plan.listenInfos).toEqual([
      { protocol: 'udp', ip: '0.0.0.0', port: 0, announcedAddress: '192.0.2.7' },
      { protocol: 'tcp', ip: '0.0.0.0', port: 0, announcedAddress: '192.0.2.7' },
    ]);
    expect(plan.internalAddresses).toEqual(['10.0.0.7']);
    const six = planListening({ port: 0, announcedAddress: '2001:db8::1' }, addresses);
    expect(six.listenInfos.map(({ ip }) => ip)).toEqual(['::', '::']);
    expect(six.internalAddresses).toEqual(['2001:db8::7']);
    const name = planListening({ port: 0, announcedAddress: 'media.example.org' }, addresses);
    expect(name.internalAddresses).toEqual(['192.0.2.7', '10.0.0.7']);
  });
});

describe('withInternalCandidates', () => {
  it('adds the same ports at the internal addresses, ranked below', () => {
    const announced: types.IceCandidate = {
      foundation: 'udpcandidate',
      priority: 1_076_558_079,
      ip: '192.0.2.7',
      address: '192.0.2.7',
      protocol: 'udp',
      port: 40_000,
      type: 'host',
    };
    const candidates = withInternalCandidates([announced], ['10.0.0.7', '10.0.0.8']);
    expect(candidates.map(({ address, port }) => `${address}:${port}`)).toEqual([
      '192.0.2.7:40000',
      '10.0.0.7:40000',
      '10.0.0.8:40000',
    ]);
    const priorities = candidates.map(({ priority }) => priority);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    expect(new Set(candidates.map(({ foundation }) => foundation)).size).toBe(3);
    expect(withInternalCandidates([announced], [])).toEqual([announced]);
  });
});

describe('canListen', () => {
  it('tells addresses of this host from others', async () => {
    expect(await canListen('127.0.0.1')).toBe(true);
    expect(await canListen('203.0.113.1')).toBe(false);
  });
});
