// Our rooms against bare mediasoup on the same worker: WebRTC on both sides, simulcast, everybody hears and
// sees everybody at the highest layer.
import { startBareSfu } from './bare-sfu.ts';
import { startEndpoints } from './endpoints.ts';
import { compare, inTurns, measureSpan, type Span } from './measure.ts';
import { startOurSfu } from './our-sfu.ts';
import type { Part, PartDeps } from './part.ts';
import { type Crowd, expectedPerSecond, gather } from './people.ts';
import type { Sfu } from './sfu.ts';

/** 30,360 packets a second to all of them. */
const CROWD: Crowd = { people: 12, cameras: 11, layer: 2 };

const measure = async (
  { compiled, spanMs }: PartDeps,
  start: () => Promise<Sfu>,
): Promise<Span> => {
  const sfu = await start();
  const endpoints = await startEndpoints(compiled);
  try {
    await gather(sfu, endpoints, CROWD);
    return await measureSpan(sfu, endpoints, spanMs);
  } finally {
    await endpoints.close();
    await sfu.close();
  }
};

export const roomPart: Part = {
  name: 'room',
  run: async (deps) => {
    deps.say(`a room of ${CROWD.people}, ${expectedPerSecond(CROWD)} packets/s: Sotto, mediasoup`);
    const [ours = [], bare = []] = await inTurns(deps.runs, [
      () => measure(deps, startOurSfu),
      () => measure(deps, startBareSfu),
    ]);
    return compare(
      'room of 12',
      { name: 'Sotto', spans: ours },
      { name: 'mediasoup', spans: bare },
      '≤ 1.05',
    );
  },
};
