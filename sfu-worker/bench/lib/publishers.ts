// Publishers and sinks of a forwarder.
import { setTimeout as pause } from 'node:timers/promises';
import type { Count, Endpoints } from './endpoints.ts';
import { type Forwarder, PICTURE, SUITE, VOICE } from './forwarder.ts';
import { packetsOf } from './streams.ts';

export interface Fan {
  readonly publishers: number;
  readonly sinks: number;
}

const LOOK_MS = 1_000;
const LOOKS = 20;
const WHOLE = 0.98;

export const fanPerSecond = ({ publishers, sinks }: Fan): number =>
  publishers * sinks * (packetsOf(VOICE) + packetsOf(PICTURE));

/** Resolves once every sink gets everything. */
export const connectFan = async (
  forwarder: Forwarder,
  endpoints: Endpoints,
  fan: Fan,
): Promise<void> => {
  for (let index = 0; index < fan.publishers; index += 1) {
    const endpoint = await endpoints.plain(await forwarder.publish(index));
    await endpoints.send(endpoint, 2 * index, VOICE);
    await endpoints.send(endpoint, 2 * index + 1, PICTURE);
  }
  const port = await endpoints.sink();
  for (let index = 0; index < fan.sinks; index += 1) await forwarder.forward(index, port);
  await endpoints.start();
  let last = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    await endpoints.reset();
    const sinceMs = performance.now();
    await pause(LOOK_MS);
    const { packets } = await endpoints.count();
    last = (packets / (performance.now() - sinceMs)) * 1_000;
    if (last >= WHOLE * fanPerSecond(fan)) return;
  }
  throw new Error(
    `${forwarder.name} forwards ${last.toFixed(0)} of ${fanPerSecond(fan)} packets/s`,
  );
};

const PACKETS = packetsOf(VOICE) + packetsOf(PICTURE);
const BYTES = packetsOf(VOICE) * VOICE.bytes + packetsOf(PICTURE) * PICTURE.bytes;

/** Throws unless what came is as long as SRTP of this suite makes it. */
export const requireSrtp = (name: string, { packets, payloadBytes }: Count): void => {
  const mean = payloadBytes / packets;
  const expected = BYTES / PACKETS + SUITE.tagBytes;
  // A share of voice that is a little off, as at the ends of a measurement, is no bytes.
  if (Math.abs(mean - expected) > 2) {
    throw new Error(`${name}: ${mean.toFixed(1)} bytes a packet instead of ${expected.toFixed(1)}`);
  }
};
