import { describe, expect, it } from 'vitest';
import type { types } from 'mediasoup';
import {
  camParameters,
  micParameters,
  screenAudioParameters,
  screenParameters,
} from '../test/rtp-fixtures.ts';
import { checkProduce } from './check-produce.ts';
import type { Source } from './protocol.ts';

const refused = expect.objectContaining({ code: 'bad-parameters' });

const first = <T>(list: readonly T[] | undefined): T => {
  const [item] = list ?? [];
  if (item === undefined) throw new Error('the list is empty');
  return item;
};

const withCodec = (
  parameters: types.RtpParameters,
  change: Partial<types.RtpCodecParameters>,
): types.RtpParameters => ({
  ...parameters,
  codecs: [{ ...first(parameters.codecs), ...change }, ...parameters.codecs.slice(1)],
});

describe('checkProduce', () => {
  it('takes what a browser sends from each source', () => {
    expect(checkProduce('mic', micParameters()).codecs).toHaveLength(1);
    expect(checkProduce('screenAudio', screenAudioParameters()).codecs).toHaveLength(1);
    expect(checkProduce('cam', camParameters()).encodings?.map(({ rid }) => rid)).toEqual([
      'r0',
      'r1',
      'r2',
    ]);
    const screen = screenParameters();
    expect(checkProduce('screen', screen).encodings).toEqual(screen.encodings);
    expect(checkProduce('cam', screen).codecs.map(({ mimeType }) => mimeType)).toEqual([
      'video/VP8',
      'video/rtx',
    ]);
  });

  it('takes video without retransmission', () => {
    const { codecs, ...rest } = camParameters();
    expect(checkProduce('cam', { ...rest, codecs: codecs.slice(0, 1) }).codecs).toHaveLength(1);
  });

  it('lets no text of the sender through to the receivers', () => {
    const mic = micParameters();
    const checked = checkProduce('mic', {
      ...withCodec(mic, {
        mimeType: 'AUDIO/OPUS',
        parameters: { useinbandfec: 1, stereo: 1, 'x-y': 1, ptime: '20\r\na=evil', minptime: 10 },
        rtcpFeedback: [{ type: 'nack' }, { type: 'x\r\ny' }],
      }),
      msid: 'evil\r\n evil',
      rtcp: { cname: 'evil\r\n' },
    });
    expect(checked).toMatchObject({ mid: '0', rtcp: { reducedSize: true } });
    expect(first(checked.codecs)).toEqual({
      mimeType: 'audio/opus',
      payloadType: 111,
      clockRate: 48_000,
      channels: 2,
      parameters: { useinbandfec: 1, minptime: 10 },
      rtcpFeedback: [{ type: 'nack', parameter: '' }],
    });
    expect(JSON.stringify(checked)).not.toContain('evil');
  });

  it('leaves what it was given alone', () => {
    const cam = camParameters();
    const before = structuredClone(cam);
    checkProduce('cam', cam);
    expect(cam).toEqual(before);
  });

  const mic = micParameters();
  const cam = camParameters();
  const screen = screenParameters();
  const single = first(screen.encodings);
  const wrong: readonly (readonly [string, Source, types.RtpParameters])[] = [
    ['audio from a camera', 'cam', mic],
    ['video from a microphone', 'mic', cam],
    ['audio as a screen', 'screen', mic],
    ['video as the sound of a screen', 'screenAudio', screen],
    ['another codec', 'cam', withCodec(cam, { mimeType: 'video/VP9' })],
    ['another clock rate', 'mic', withCodec(mic, { clockRate: 8000 })],
    ['another number of channels', 'mic', withCodec(mic, { channels: 1 })],
    ['no codec', 'mic', { ...mic, codecs: [] }],
    ['only retransmission', 'cam', { ...cam, codecs: cam.codecs.slice(1) }],
    ['two media codecs', 'cam', { ...cam, codecs: [first(cam.codecs), first(cam.codecs)] }],
    ['three codecs', 'cam', { ...cam, codecs: [...cam.codecs, first(cam.codecs)] }],
    ['retransmission of nothing', 'cam', withCodec(cam, { payloadType: 99 })],
    ['no mid', 'mic', { ...mic, mid: '' }],
    ['no encodings', 'mic', { ...mic, encodings: [] }],
    ['two audio encodings', 'mic', { ...mic, encodings: [{ ssrc: 1 }, { ssrc: 2 }] }],
    ['four layers', 'cam', { ...cam, encodings: ['a', 'b', 'c', 'd'].map((rid) => ({ rid })) }],
    ['an encoding without ssrc and rid', 'screen', { ...screen, encodings: [{}] }],
    ['ssrc here and rid there', 'cam', { ...cam, encodings: [{ ssrc: 1 }, { rid: 'r1' }] }],
    ['the same rid twice', 'cam', { ...cam, encodings: [{ rid: 'r0' }, { rid: 'r0' }] }],
    ['the same ssrc twice', 'screen', { ...screen, encodings: [{ ssrc: 7, rtx: { ssrc: 7 } }] }],
    ['an ssrc of zero', 'mic', { ...mic, encodings: [{ ssrc: 0 }] }],
    ['rtx without its codec', 'mic', { ...mic, encodings: [{ ssrc: 1, rtx: { ssrc: 2 } }] }],
    [
      'another payload type',
      'screen',
      { ...screen, encodings: [{ ...single, codecPayloadType: 5 }] },
    ],
    [
      'spatial layers',
      'screen',
      { ...screen, encodings: [{ ...single, scalabilityMode: 'L3T3' }] },
    ],
    ['rids that no packet can carry', 'cam', { ...cam, headerExtensions: [] }],
    [
      'a header extension of another kind',
      'mic',
      { ...mic, headerExtensions: [{ uri: 'urn:3gpp:video-orientation', id: 1 }] },
    ],
    [
      'the same header extension id twice',
      'cam',
      { ...cam, headerExtensions: (cam.headerExtensions ?? []).map((it) => ({ ...it, id: 3 })) },
    ],
    [
      'a header extension id out of range',
      'mic',
      { ...mic, headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 15 }] },
    ],
    [
      'an encrypted header extension',
      'mic',
      {
        ...mic,
        headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1, encrypt: true }],
      },
    ],
  ];
  it.each(wrong)('refuses %s', (_what, source, parameters) => {
    expect(() => checkProduce(source, parameters)).toThrow(refused);
  });
});
