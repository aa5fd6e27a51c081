// The media sections of a peer-to-peer connection: always the same eight, agreed once. Muting, another
// camera or a shared screen change only the track of a sender, so nothing is ever negotiated again but
// the way between the two.
import { STREAM_SOURCES, type StreamSource } from '@sotto/signaling/protocol';

export interface Section {
  /** Whose stream it carries: of who made the offer, or of who answers. */
  readonly from: 'offerer' | 'answerer';
  readonly source: StreamSource;
}

/** In the order of the description (RFC 9429 §5.2.1: that in which transceivers were added). */
export const SECTIONS: readonly Section[] = (['offerer', 'answerer'] as const).flatMap((from) =>
  STREAM_SOURCES.map((source) => ({ from, source })),
);

export const kindOf = (source: StreamSource): 'audio' | 'video' =>
  source === 'mic' || source === 'screenAudio' ? 'audio' : 'video';

/** A description (RFC 8866) has those sections and no other, and asks for one size of each picture. */
export const isLaidOut = (sdp: string): boolean => {
  const sections = [...sdp.matchAll(/^m=(\w+) /gm)].map(([, kind]) => kind);
  return (
    sections.length === SECTIONS.length &&
    SECTIONS.every(({ source }, index) => sections[index] === kindOf(source)) &&
    !/^a=simulcast:/m.test(sdp)
  );
};

/** The two that have a tested way of being encrypted. */
export const mimeTypeOf = (source: StreamSource): 'audio/opus' | 'video/VP8' =>
  kindOf(source) === 'audio' ? 'audio/opus' : 'video/VP8';

interface Codec {
  readonly mimeType: string;
}

/** That codec and what repairs its losses; nothing else is offered or taken. */
export const codecsFor = <C extends Codec>(source: StreamSource, known: readonly C[]): C[] => {
  const wanted = [mimeTypeOf(source).toLowerCase(), 'video/rtx'];
  return known.filter(({ mimeType }) => wanted.includes(mimeType.toLowerCase()));
};

/** A picture and its sound are kept in step: they share a stream (RFC 8830 §2). */
export const groupOf = (source: StreamSource): 'person' | 'screen' =>
  source === 'mic' || source === 'cam' ? 'person' : 'screen';
