import { describe, expect, it } from 'vitest';
import type { types } from 'mediasoup';
import { RECEIVE_CAPABILITIES, dtlsParameters } from '../test/rtp-fixtures.ts';
import { checkCapabilities, checkDtls } from './check-receive.ts';

const refused = expect.objectContaining({ code: 'bad-parameters' });

const named = ({ mimeType, preferredPayloadType }: types.RtpCodecCapability) =>
  `${mimeType} ${preferredPayloadType}`;

const feedback = ({ rtcpFeedback = [] }: types.RtpCodecCapability) =>
  rtcpFeedback.map(({ type, parameter }) => `${type} ${parameter}`).sort();

const extensionsOf = ({ headerExtensions = [] }: types.RtpCapabilities) =>
  headerExtensions.map(({ kind, uri, preferredId }) => `${kind} ${uri} ${preferredId}`).sort();

describe('checkCapabilities', () => {
  it('takes those of a browser, with the fields that are known here', () => {
    const checked = checkCapabilities(RECEIVE_CAPABILITIES);
    const { codecs = [] } = checked;
    const offered = RECEIVE_CAPABILITIES.codecs ?? [];
    expect(codecs.map(named)).toEqual(offered.map(named));
    expect(codecs.map(feedback)).toEqual(offered.map(feedback));
    expect(codecs.map(({ parameters }) => parameters)).toEqual([
      { useinbandfec: 1 },
      {},
      offered[2]?.parameters,
    ]);
    expect(extensionsOf(checked)).toEqual(extensionsOf(RECEIVE_CAPABILITIES));
  });

  it('keeps one of each, however often and large it is offered: a router compares every one', () => {
    const padded = (RECEIVE_CAPABILITIES.codecs ?? []).flatMap((codec) =>
      Array.from({ length: 20 }, () => ({
        ...codec,
        parameters: { ...codec.parameters, ...Object.fromEntries([['x', 'y'.repeat(100)]]) },
      })),
    );
    const extensions = RECEIVE_CAPABILITIES.headerExtensions ?? [];
    const repeated = { codecs: padded, headerExtensions: [...extensions, ...extensions] };
    expect(checkCapabilities(repeated)).toEqual(checkCapabilities(RECEIVE_CAPABILITIES));
  });

  it('drops what is not spoken here, and leaves what it was given alone', () => {
    const { codecs = [], headerExtensions = [] } = RECEIVE_CAPABILITIES;
    const offered = {
      codecs: [
        ...codecs,
        { kind: 'video', mimeType: 'video/VP9', preferredPayloadType: 120, clockRate: 90_000 },
      ] as const,
      headerExtensions,
    };
    const before = structuredClone(offered);
    const checked = checkCapabilities({ ...offered, codecs: [...offered.codecs] });
    expect(checked).toEqual(checkCapabilities(RECEIVE_CAPABILITIES));
    expect(offered).toEqual(before);
  });

  it('refuses those with no codec in common, and malformed ones', () => {
    const rtx = RECEIVE_CAPABILITIES.codecs?.slice(2) ?? [];
    expect(() => checkCapabilities({ codecs: [], headerExtensions: [] })).toThrow(refused);
    expect(() => checkCapabilities({ codecs: rtx, headerExtensions: [] })).toThrow(refused);
    const [opus] = RECEIVE_CAPABILITIES.codecs ?? [];
    if (opus === undefined) throw new Error('no opus');
    expect(() => checkCapabilities({ codecs: [{ ...opus, mimeType: 'opus' }] })).toThrow(refused);
    expect(() => checkCapabilities({ codecs: [{ ...opus, parameters: { x: true } }] })).toThrow(
      refused,
    );
  });
});

describe('checkDtls', () => {
  const sha256 = dtlsParameters().fingerprints;
  const sha1 = { algorithm: 'sha-1', value: Array(20).fill('0a').join(':') } as const;

  it('gives the worker the strongest fingerprint, in upper case', () => {
    const sha512 = { algorithm: 'sha-512', value: Array(64).fill('0a').join(':') } as const;
    expect(checkDtls({ fingerprints: [sha1, ...sha256, sha512] }).dtlsParameters).toEqual({
      role: 'auto',
      fingerprints: [{ algorithm: 'sha-512', value: Array(64).fill('0A').join(':') }],
    });
  });

  it('knows equal sets whatever their order and case', () => {
    const [one] = sha256;
    if (one === undefined) throw new Error('no fingerprint');
    const lower = { ...one, value: one.value.toLowerCase() };
    const { identity } = checkDtls({ fingerprints: [one, sha1] });
    expect(checkDtls({ role: 'client', fingerprints: [sha1, lower] }).identity).toBe(identity);
    expect(checkDtls({ fingerprints: [one] }).identity).not.toBe(identity);
  });

  it('refuses weak and malformed fingerprints', () => {
    const short = { algorithm: 'sha-256', value: 'AA:BB' } as const;
    expect(() => checkDtls({ fingerprints: [sha1] })).toThrow(refused);
    expect(() => checkDtls({ fingerprints: [short] })).toThrow(refused);
    expect(() => checkDtls({ fingerprints: [] })).toThrow(refused);
  });
});
