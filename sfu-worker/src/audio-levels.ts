// Who speaks in a room: mediasoup's levels of producers as levels of peers.
import type { types } from 'mediasoup';
import { isGone } from './media-errors.ts';

export type AudioLevels = readonly { readonly peerId: string; readonly volume: number }[];

const OBSERVER_OPTIONS: types.AudioLevelObserverOptions = {
  /** Each change of speaker is seen within this time. */
  interval: 300,
  maxEntries: 10,
  /** dBov; below is a quiet room, not speech. */
  threshold: -60,
};

export interface AudioLevelWatch {
  /** The producer leaves by itself when it closes. */
  add(producerId: string): Promise<void>;
}

export interface AudioLevelDeps {
  readonly router: types.Router;
  readonly peerOf: (producerId: string) => string | undefined;
  readonly onLevels: (levels: AudioLevels) => void;
}

export const watchAudioLevels = async ({
  router,
  peerOf,
  onLevels,
}: AudioLevelDeps): Promise<AudioLevelWatch> => {
  const observer = await router.createAudioLevelObserver(OBSERVER_OPTIONS);
  observer.on('volumes', (volumes) => {
    const levels = loudestFirst(
      volumes.map(({ producer, volume }) => ({ peerId: peerOf(producer.id), volume })),
    );
    if (levels.length > 0) onLevels(levels);
  });
  observer.on('silence', () => onLevels([]));
  return {
    add: async (producerId) => {
      try {
        await observer.addProducer({ producerId });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
};

/** One level for each peer; a producer that has just been forgotten speaks for nobody. */
export const loudestFirst = (
  levels: readonly { readonly peerId: string | undefined; readonly volume: number }[],
): AudioLevels => {
  const loudest = new Map<string, number>();
  for (const { peerId, volume } of levels) {
    if (peerId === undefined) continue;
    loudest.set(peerId, Math.max(volume, loudest.get(peerId) ?? -Infinity));
  }
  return [...loudest]
    .map(([peerId, volume]) => ({ peerId, volume }))
    .sort((a, b) => b.volume - a.volume);
};
