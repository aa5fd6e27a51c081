// Runs a worker through its first steps with mediasoup's own JavaScript: the channel, libuv,
// OpenSSL (a certificate) and a transport. What browsers do with it, the end-to-end tests prove.
import { createWorker } from 'mediasoup';

const workerBin = process.argv[2];
const worker = await createWorker({ workerBin, logLevel: 'error' });
const router = await worker.createRouter();
await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
worker.close();
