// What to say of what is measured: the details panel.
import type { StreamSource } from '@sotto/signaling/protocol';
import type { ConnectionDetails, MediaPath, StreamDetails } from '../call/stats/call-details.ts';
import { resolution, wholeNumber } from './figures.ts';

const states: Record<ConnectionDetails['state'], string> = {
  new: 'Beginning',
  connecting: 'Connecting',
  connected: 'Connected',
  disconnected: 'Interrupted',
  failed: 'Failed',
  closed: 'Closed',
};

const sources: Record<StreamSource, string> = {
  mic: 'Microphone',
  cam: 'Camera',
  screen: 'Screen',
  screenAudio: 'Sound of the screen',
};

const paths: Record<MediaPath, string> = { p2p: 'direct', sfu: 'server' };

export const detailsWords = {
  title: 'Connection details',
  measuring: 'Measuring…',
  epoch: 'Encryption epoch',
  noEpoch: 'no keys yet',
  copy: 'Copy for a bug report',
  copied: 'Copied',
  copyMeaning: 'Figures alone: no names, addresses, messages or keys.',
  unknown: 'not known',
  connections: 'Connections',
  connection: ({ path, direction }: Pick<ConnectionDetails, 'path' | 'direction'>): string => {
    if (path === 'p2p') return 'Direct';
    switch (direction) {
      case 'send':
        return 'To server';
      case 'receive':
        return 'From server';
      case 'both':
        return 'Server';
    }
  },
  states,
  way: 'Path',
  roundTrip: 'Round trip',
  room: 'Could send',
  streams: 'Sound and pictures',
  stream: 'What',
  bitrate: 'Bitrate',
  loss: 'Loss',
  jitter: 'Jitter',
  sent: 'You send',
  receivedFrom: (name: string) => `From ${name}`,
  somebody: 'somebody',
  sources,
  /** What is known of a stream besides its figures: picture, frames, codec; `isMixed`: the path too. */
  streamKind: (stream: StreamDetails, isMixed: boolean): string => {
    const { width, height, framesPerSecond, codec, path } = stream;
    return [
      width === null || height === null ? null : resolution(width, height),
      framesPerSecond === null ? null : `${wholeNumber(framesPerSecond)} fps`,
      codec,
      isMixed ? paths[path] : null,
    ]
      .filter((part) => part !== null)
      .join(' · ');
  },
} as const;
