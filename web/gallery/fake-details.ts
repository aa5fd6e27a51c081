// Figures of a made-up call: what its details would be if it were one, from who is in it.
import type { PeerId, StreamSource } from '@sotto/signaling/protocol';
import type { CallState } from '../src/call/call-state.ts';
import type {
  CallDetails,
  ConnectionDetails,
  MediaPath,
  StreamDetails,
} from '../src/call/stats/call-details.ts';

const sound = { codec: 'Opus', width: null, height: null, framesPerSecond: null } as const;

/** As a camera of its place among the others: the first large, the others small. */
const picture = (place: number) =>
  place < 2
    ? { codec: 'VP8', width: 1280, height: 720, framesPerSecond: 30 }
    : { codec: 'VP8', width: 320, height: 180, framesPerSecond: 15 };

interface Fared {
  readonly direction: 'send' | 'receive';
  readonly source: StreamSource;
  readonly peerId: PeerId | null;
  readonly path: MediaPath;
  readonly place: number;
}

const stream = ({ place, ...what }: Fared): StreamDetails => {
  const isSound = what.source === 'mic' || what.source === 'screenAudio';
  return {
    ...what,
    ...(isSound ? sound : picture(place)),
    bitrateBps: isSound ? 31_600 + place : 1_540_000 / (place + 1),
    lossRatio: place / 250,
    // The first moments of a stream have none.
    jitterMs: place === 3 ? null : 4 + place,
  };
};

const connection = (
  path: MediaPath,
  direction: ConnectionDetails['direction'],
): ConnectionDetails => ({
  path,
  direction,
  state: 'connected',
  isUsed: true,
  roundTripMs: path === 'p2p' ? 18.4 : 34.2,
  candidates: path === 'p2p' ? 'srflx → prflx' : 'host → host',
  protocol: direction === 'receive' ? 'turn tls' : 'udp',
  availableOutgoingBps: direction === 'receive' ? null : 2_540_000,
});

export const fakeDetails = (state: CallState): CallDetails => {
  const { path, reason } = state.callPath.value ?? { path: 'sfu', reason: 'people' };
  const own = (['cam', 'mic'] as const).map((source) =>
    stream({ direction: 'send', source, peerId: null, path, place: 1 }),
  );
  const others = state.peers.value.flatMap(({ peerId, camOn, screenOn }, place) => {
    const sources: readonly StreamSource[] = [
      ...(camOn ? (['cam'] as const) : []),
      'mic',
      ...(screenOn ? (['screen'] as const) : []),
    ];
    return sources.map((source) => stream({ direction: 'receive', source, peerId, path, place }));
  });
  return {
    mode: path,
    reason,
    epoch: state.group.value?.epoch ?? null,
    connections:
      path === 'p2p'
        ? [connection('p2p', 'both')]
        : [connection('sfu', 'send'), connection('sfu', 'receive')],
    streams: [...own, ...others],
  };
};
