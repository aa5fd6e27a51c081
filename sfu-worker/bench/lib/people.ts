// People of the bench in a room: each sends a microphone and a camera, and receives what they look at.
import { setTimeout as pause } from 'node:timers/promises';
import type { ViewLayer } from '../../src/protocol.ts';
import { RECEIVE_CAPABILITIES } from '../../test/rtp-fixtures.ts';
import type { Endpoints } from './endpoints.ts';
import type { Sfu } from './sfu.ts';
import {
  cameraPacketsPerSecond,
  camOf,
  MIC_PACKETS_PER_SECOND,
  micOf,
  type Sent,
} from './streams.ts';

/** Until all that is wanted is forwarded: some seconds, unless the machine is too busy for it. */
const SETTLE_MS = 20_000;
const LOOK_MS = 1_000;
const WHOLE = 0.98;

export interface Crowd {
  readonly people: number;
  /** Cameras that each has on screen, and how large. */
  readonly cameras: number;
  readonly layer: 0 | 1 | 2;
  /** Below 1: all streams at that share of their frames. */
  readonly speed?: number;
}

interface Person {
  readonly peerId: string;
  readonly mic: string;
  readonly cam: string;
}

/** Packets a second that all of them together are to get. */
export const expectedPerSecond = ({ people, cameras, layer, speed = 1 }: Crowd): number =>
  people *
  ((people - 1) * MIC_PACKETS_PER_SECOND + cameras * cameraPacketsPerSecond(layer)) *
  speed;

const join = async (
  sfu: Sfu,
  endpoints: Endpoints,
  index: number,
  speed: number,
): Promise<Person> => {
  const peerId = `person-${index}`;
  const connect = async (direction: 'send' | 'receive'): Promise<number> => {
    const transport = await sfu.open(peerId, direction);
    await sfu.connect(peerId, direction, endpoints.dtlsParameters);
    const receives = direction === 'receive' ? RECEIVE_CAPABILITIES : undefined;
    return endpoints.connect(transport, receives);
  };
  const sending = await connect('send');
  await connect('receive');
  const send = async (sent: Sent, source: number): Promise<string> => {
    const producerId = await sfu.produce(peerId, sent);
    for (const stream of sent.streams) await endpoints.send(sending, source, stream);
    return producerId;
  };
  const mic = await send(micOf(speed), 2 * index);
  const cam = await send(camOf(speed), 2 * index + 1);
  return { peerId, mic, cam };
};

/** Everybody hears all others and sees the next so many. */
const look = async (sfu: Sfu, all: readonly Person[], { cameras, layer }: Crowd): Promise<void> => {
  for (const [index, { peerId }] of all.entries()) {
    const others = [...all.slice(index + 1), ...all.slice(0, index)];
    await sfu.consume(
      peerId,
      others.flatMap(({ mic, cam }) => [mic, cam]),
    );
    const view = new Map<string, ViewLayer>(others.map(({ mic }) => [mic, 0]));
    for (const { cam } of others.slice(0, cameras)) view.set(cam, layer);
    await sfu.view(peerId, Object.fromEntries(view));
  }
};

/** Brings them in; resolves once they get all that they look at, and rejects if they never do. */
export const gather = async (sfu: Sfu, endpoints: Endpoints, crowd: Crowd): Promise<void> => {
  const all: Person[] = [];
  for (let index = 0; index < crowd.people; index += 1) {
    all.push(await join(sfu, endpoints, index, crowd.speed ?? 1));
  }
  await endpoints.start();
  await look(sfu, all, crowd);
  const expected = expectedPerSecond(crowd);
  const startMs = performance.now();
  let perSecond = 0;
  while (performance.now() - startMs < SETTLE_MS) {
    const sinceMs = performance.now();
    await endpoints.reset();
    await pause(LOOK_MS);
    const { packets } = await endpoints.count();
    perSecond = (packets / (performance.now() - sinceMs)) * 1_000;
    if (perSecond >= WHOLE * expected) return;
  }
  throw new Error(
    `${sfu.name} forwards ${perSecond.toFixed(0)} packets/s of ${expected.toFixed(0)}`,
  );
};
