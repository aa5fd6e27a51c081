// The tally over real workers: what came and went is counted once, and stays counted.
import { createWorker, type types } from 'mediasoup';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMediaTally, type MediaTally } from '../src/media-tally.ts';
import { openPipeLink } from '../src/pipe-link.ts';

const PACKETS = 40;
const HEADER_BYTES = 12;
const PAYLOAD_BYTES = 100;
const SSRC = 1234;

let tally: MediaTally;
let sender: Socket;
let workers: types.Worker[];

const workerBin = process.env['MEDIASOUP_WORKER_BIN'];
const spawn = async (): Promise<types.Worker> => {
  const worker = await createWorker(workerBin === undefined ? {} : { workerBin });
  workers.push(worker);
  return worker;
};

beforeEach(() => {
  tally = createMediaTally();
  sender = createSocket('udp4');
  workers = [];
});

afterEach(() => {
  tally.close();
  sender.close();
  for (const worker of workers) worker.close();
});

const opus = { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 } as const;

const openRouter = (worker: types.Worker): Promise<types.Router> =>
  worker.createRouter({ mediaCodecs: [opus] });

/** A transport that takes what is sent to it, with one producer on it. */
const openTransport = async (worker: types.Worker): Promise<types.PlainTransport> =>
  (await openProducer(await openRouter(worker))).transport;

const openProducer = async (router: types.Router) => {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    comedia: true,
  });
  const producer = await transport.produce({
    kind: 'audio',
    rtpParameters: {
      codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc: SSRC }],
    },
  });
  return { transport, producer };
};

/** RFC 3550 §5.1: version 2, payload type 111. */
const packet = (seq: number): Buffer => {
  const made = Buffer.alloc(HEADER_BYTES + PAYLOAD_BYTES);
  made.writeUInt8(0x80, 0);
  made.writeUInt8(111, 1);
  made.writeUInt16BE(seq, 2);
  made.writeUInt32BE(seq * 960, 4);
  made.writeUInt32BE(SSRC, 8);
  return made;
};

const send = async ({ tuple }: types.PlainTransport): Promise<void> => {
  for (let seq = 1; seq <= PACKETS; seq += 1) {
    await new Promise((sent) => {
      sender.send(packet(seq), tuple.localPort, '127.0.0.1', sent);
    });
  }
};

it('O5 counts each packet and each byte once, also when its transport has closed', async () => {
  const transport = await openTransport(await spawn());
  await send(transport);
  await expect.poll(async () => (await tally.look()).receivedPackets).toBe(PACKETS);
  const looked = await tally.look();
  expect(looked.receivedBytes).toBeGreaterThanOrEqual(PACKETS * PAYLOAD_BYTES);
  expect(looked.lostPackets).toBe(0);
  expect(tally.countTransports()).toBe(1);
  transport.close();
  expect(tally.countTransports()).toBe(0);
  expect(await tally.look()).toMatchObject({
    receivedPackets: PACKETS,
    receivedBytes: looked.receivedBytes,
  });
});

it('O5 counts what goes from worker to worker by itself, and as nothing that a client sent', async () => {
  const [from, to] = [await openRouter(await spawn()), await openRouter(await spawn())];
  const { transport, producer } = await openProducer(from);
  const link = await openPipeLink(from, to);
  const piped = await link.carry(producer, () => undefined);
  await piped.setOn(true);
  await send(transport);
  const payloads = PACKETS * PAYLOAD_BYTES;
  await expect.poll(async () => (await tally.look()).pipedBytes).toBeGreaterThan(payloads);
  const { receivedBytes, receivedPackets, sentBytes } = await tally.look();
  expect(receivedPackets).toBe(PACKETS);
  expect(receivedBytes).toBeGreaterThan(payloads);
  expect(receivedBytes).toBeLessThan(2 * payloads);
  expect(sentBytes).toBeLessThan(payloads);
  expect(tally.countTransports()).toBe(1);
  link.close();
  expect(tally.countTransports()).toBe(1);
});

it('O5 counts CPU time of all workers, which never falls when one dies', async () => {
  const [one] = [await spawn(), await spawn()];
  await openTransport(one);
  const before = await tally.look();
  expect(before.cpuMs).toBeGreaterThan(0);
  expect(tally.countDeaths()).toBe(0);
  process.kill(one.pid, 'SIGKILL');
  await once(one, 'died');
  expect(tally.countDeaths()).toBe(1);
  expect(tally.countTransports()).toBe(0);
  expect((await tally.look()).cpuMs).toBeGreaterThanOrEqual(before.cpuMs);
});

it('O6 a worker that hangs keeps nobody from the figures of the others', async () => {
  const [hung, other] = [await spawn(), await spawn()];
  await openTransport(hung);
  const transport = await openTransport(other);
  process.kill(hung.pid, 'SIGSTOP');
  try {
    await send(transport);
    await expect
      .poll(async () => (await tally.look()).receivedPackets, { timeout: 20_000 })
      .toBe(PACKETS);
  } finally {
    process.kill(hung.pid, 'SIGCONT');
  }
});
