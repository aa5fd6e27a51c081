// A call through the media node in a room that moves: what tests of it do again and again.
import { MovingRoom } from './moving-room.ts';
import type { StreamSource } from '@sotto/signaling/protocol';

/** Placements, in their order. */
export const [FIRST, SECOND, THIRD, FOURTH] = [70, 80, 90, 100];

const SOURCES: readonly StreamSource[] = ['mic', 'cam'];

/** These have a camera and a microphone on under the placement that there is, and both play. */
export const allProduce = async (scene: MovingRoom, ...names: readonly string[]): Promise<void> => {
  for (const name of names) {
    for (const source of SOURCES) {
      await scene.produce(name, source);
      await scene.play(name, source);
    }
  }
};

/** With these, under the first placement. */
export const inCall = async (...names: readonly string[]): Promise<MovingRoom> => {
  const scene = await MovingRoom.open(names);
  await moveTo(scene, FIRST);
  await scene.send('mic');
  await scene.send('cam');
  await allProduce(scene, ...names);
  return scene;
};

export const moveTo = (scene: MovingRoom, placement: number): Promise<void> =>
  scene.tell('room-placed', { placement });

/** The placements under which somebody's sound and picture come now. */
export const shownOf = (scene: MovingRoom, name: string): readonly (number | null)[] =>
  SOURCES.map((source) => scene.shown(name, source));
