// What the bench compares with: a plain socket.io server with its Redis adapter, which hands on what is
// said in a room and knows nothing else. One of several processes.
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import * as z from 'zod/mini';
import { reportTo } from '../../test/support/script-report.ts';

const { REDIS_URL } = z.parse(z.object({ REDIS_URL: z.string() }), process.env);

const Say = z.string();
const Done = z.custom<() => void>((value) => typeof value === 'function');

const http = createServer();
const io = new Server(http, {
  transports: ['websocket'],
  adapter: createAdapter(new Redis(REDIS_URL), new Redis(REDIS_URL)),
});

io.on('connection', (socket) => {
  // As a join is answered, and as what is said is answered.
  socket.on('join', (room: unknown, done: unknown) => {
    const joining = Promise.resolve(socket.join(z.parse(Say, room)));
    joining.then(z.parse(Done, done), () => socket.disconnect());
  });
  socket.on('say', (room: unknown, said: unknown, done: unknown) => {
    socket.to(z.parse(Say, room)).emit('said', z.parse(Say, said));
    z.parse(Done, done)();
  });
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  reportTo(`http://127.0.0.1:${address.port}`, null);
});
