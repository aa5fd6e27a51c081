// What a peer says that it sends, checked for meaning and rebuilt: only fields named here reach a
// worker, and so the session descriptions of everybody who receives the stream.
import type { types } from 'mediasoup';
import { isRtx, routerCodecs, routerHeaderExtensions, sameName } from './codecs.ts';
import { badParameters } from './media-errors.ts';
import type { Source } from './protocol.ts';

export const KIND_OF: Readonly<Record<Source, types.MediaKind>> = {
  mic: 'audio',
  screenAudio: 'audio',
  cam: 'video',
  screen: 'video',
};

/** Simulcast layers; raising it costs each sender's uplink and no more than that. */
const MAX_ENCODINGS: Readonly<Record<types.MediaKind, number>> = { audio: 1, video: 3 };

const RID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';

// RFC 7587 §6.1, without what would ask for stereo; all are numbers.
const OPUS_PARAMETERS = new Set([
  'minptime',
  'maxptime',
  'ptime',
  'useinbandfec',
  'usedtx',
  'cbr',
  'maxplaybackrate',
  'sprop-maxcapturerate',
  'maxaveragebitrate',
]);

const requireThat = (holds: boolean, why: string): void => {
  if (!holds) throw badParameters(why);
};

const areDistinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

/**
 * The parameters as a worker may have them.
 * Throws `bad-parameters` when they are not what this source can send here.
 */
export const checkProduce = (source: Source, offered: types.RtpParameters): types.RtpParameters => {
  const kind = KIND_OF[source];
  const codecs = checkCodecs(kind, offered.codecs);
  const headerExtensions = checkHeaderExtensions(kind, offered.headerExtensions ?? []);
  const encodings = checkEncodings(kind, codecs, offered.encodings ?? []);
  if (offered.mid === undefined || offered.mid === '') throw badParameters('mid is missing');
  requireThat(
    encodings.every(({ ssrc }) => isDefined(ssrc)) ||
      headerExtensions.some(({ uri }) => uri === RID_EXTENSION),
    'encodings by rid need the header extension that carries it',
  );
  // The canonical name is left to mediasoup, which gives all streams of a transport the same one.
  return { mid: offered.mid, codecs, headerExtensions, encodings, rtcp: { reducedSize: true } };
};

const checkCodecs = (
  kind: types.MediaKind,
  offered: readonly types.RtpCodecParameters[],
): types.RtpCodecParameters[] => {
  const [media, rtx, ...rest] = offered;
  if (media === undefined || isRtx(media) || rest.length > 0) {
    throw badParameters('one codec is needed');
  }
  if (rtx === undefined) return [checkCodec(kind, media)];
  requireThat(isRtx(rtx), 'one codec is needed, and its retransmission');
  requireThat(rtx.parameters?.['apt'] === media.payloadType, 'apt is not the codec before it');
  requireThat(rtx.payloadType !== media.payloadType, 'payload types are not distinct');
  return [checkCodec(kind, media), checkCodec(kind, rtx)];
};

const checkCodec = (
  kind: types.MediaKind,
  offered: types.RtpCodecParameters,
): types.RtpCodecParameters => {
  const known = routerCodecs(kind).find(
    (codec) =>
      sameName(codec, offered) &&
      codec.clockRate === offered.clockRate &&
      (codec.channels ?? 1) === (offered.channels ?? 1),
  );
  if (known === undefined) throw badParameters(`no codec for ${kind} here: ${offered.mimeType}`);
  const takes = (name: string): boolean =>
    isRtx(known) ? name === 'apt' : kind === 'audio' && OPUS_PARAMETERS.has(name);
  return {
    mimeType: known.mimeType,
    payloadType: offered.payloadType,
    clockRate: known.clockRate,
    ...(known.channels === undefined ? {} : { channels: known.channels }),
    parameters: Object.fromEntries(
      Object.entries(offered.parameters ?? {}).filter(
        ([name, value]) => takes(name) && Number.isSafeInteger(value),
      ),
    ),
    rtcpFeedback: (known.rtcpFeedback ?? []).filter((feedback) =>
      offered.rtcpFeedback?.some(
        ({ type, parameter }) =>
          type === feedback.type && (parameter ?? '') === (feedback.parameter ?? ''),
      ),
    ),
  };
};

const checkHeaderExtensions = (
  kind: types.MediaKind,
  offered: readonly types.RtpHeaderExtensionParameters[],
): types.RtpHeaderExtensionParameters[] => {
  requireThat(areDistinct(offered.map(({ id }) => id)), 'header extension ids are not distinct');
  return offered.map(({ uri, id, encrypt }) => {
    const known = routerHeaderExtensions(kind).find((extension) => extension.uri === uri);
    if (known === undefined) throw badParameters(`no such header extension here: ${uri}`);
    // RFC 8285 §4.2: ids of one-byte headers, which is all that browsers offer.
    requireThat(id >= 1 && id <= 14, 'a header extension id is not in 1 to 14');
    requireThat(encrypt !== true, 'encrypted header extensions are not taken');
    return { uri: known.uri, id };
  });
};

const checkEncodings = (
  kind: types.MediaKind,
  codecs: readonly types.RtpCodecParameters[],
  offered: readonly types.RtpEncodingParameters[],
): types.RtpEncodingParameters[] => {
  const most = MAX_ENCODINGS[kind];
  requireThat(offered.length >= 1 && offered.length <= most, `1 to ${most} encodings are needed`);
  const ssrcs = offered.flatMap(({ ssrc, rtx }) => [ssrc, rtx?.ssrc]).filter(isDefined);
  const rids = offered.map(({ rid }) => rid).filter(isDefined);
  requireThat(areDistinct(ssrcs) && !ssrcs.includes(0), 'ssrcs are zero or not distinct');
  requireThat(areDistinct(rids) && !rids.includes(''), 'rids are empty or not distinct');
  requireThat(
    offered.every(({ ssrc }) => isDefined(ssrc)) || rids.length === offered.length,
    'each encoding needs an ssrc, or each a rid',
  );
  return offered.map((encoding) => checkEncoding(codecs, encoding));
};

const checkEncoding = (
  [media, retransmission]: readonly types.RtpCodecParameters[],
  { ssrc, rid, rtx, codecPayloadType, dtx, scalabilityMode }: types.RtpEncodingParameters,
): types.RtpEncodingParameters => {
  requireThat(rtx === undefined || retransmission !== undefined, 'rtx has no codec');
  requireThat(
    codecPayloadType === undefined || codecPayloadType === media?.payloadType,
    'codecPayloadType is not that of the codec',
  );
  // One spatial layer in each encoding: VP8 has no others.
  requireThat(
    scalabilityMode === undefined || /^[LS]1T[1-3]$/.test(scalabilityMode),
    'scalabilityMode is not one that VP8 has',
  );
  return {
    ...(ssrc === undefined ? {} : { ssrc }),
    ...(rid === undefined ? {} : { rid }),
    ...(rtx === undefined ? {} : { rtx: { ssrc: rtx.ssrc } }),
    ...(scalabilityMode === undefined ? {} : { scalabilityMode }),
    dtx: dtx === true,
  };
};
