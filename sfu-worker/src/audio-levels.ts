// Who speaks in a room: mediasoup's levels of producers as levels of peers, and those of all its shards as one.
import type { types } from 'mediasoup';
import { isGone } from './media-errors.ts';

export type AudioLevels = readonly { readonly peerId: string; readonly volume: number }[];

/** Of a room; more speak at once only when nobody is to be understood. */
const MAX_SPEAKERS = 10;

const OBSERVER_OPTIONS: types.AudioLevelObserverOptions = {
  /** Each change of speaker is seen within this time. */
  interval: 300,
  maxEntries: MAX_SPEAKERS,
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

export interface RoomLevels<Shard> {
  heard(shard: Shard, levels: AudioLevels): void;
  /** Of a shard that is closed nothing more is heard. */
  forget(shard: Shard): void;
}

/**
 * One list for the whole room. Each shard is heard of in each interval, and the room told of in as many: when
 * the shard that has spoken for longest is heard. What the others said meanwhile goes with it.
 */
export const createRoomLevels = <Shard>(
  onLevels: (levels: AudioLevels) => void,
): RoomLevels<Shard> => {
  const speaking = new Map<Shard, AudioLevels>();
  const heard = (shard: Shard, levels: AudioLevels): void => {
    const [first = shard] = speaking.keys();
    if (levels.length > 0) speaking.set(shard, levels);
    else speaking.delete(shard);
    if (shard !== first) return;
    onLevels(loudestFirst([...speaking.values()].flat()).slice(0, MAX_SPEAKERS));
  };
  return {
    heard,
    forget: (shard) => {
      if (speaking.has(shard)) heard(shard, []);
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
