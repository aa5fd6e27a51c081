// The client with a scripted server at the other end, and a clock that stands still.
import type { RoomView, Signal } from '@sotto/signaling/protocol';
import { MOST_BACKOFF_MS } from '../backoff.ts';
import { type ClientListener, SignalingClient } from '../client.ts';
import { codeOf } from '../request-error.ts';
import { FakeClock } from './fake-clock.ts';
import { eventAt, joinAnswer, peer, peerId, roomAt } from './room-samples.ts';
import { ScriptedServer, type ServerSocket } from './scripted-server.ts';

export const TOKEN = 'join.token.0123456789';

const nothing = (): void => undefined;

const inWords = (signal: Signal): string =>
  signal.event === 'app-message' ? `message ${signal.data.message.seq}` : signal.event;

export const begin = (random = 0.5) => {
  const server = new ScriptedServer();
  const clock = new FakeClock();
  const told: string[] = [];
  let wakeUp = nothing;
  const listener: ClientListener = {
    onJoined: ({ room }) => told.push(`joined at ${room.position.version}`),
    onEvent: ({ event, version }) => told.push(`${event} ${version}`),
    onSnapshot: ({ position }) => told.push(`snapshot ${position.version}`),
    onSignal: (signal) => told.push(inWords(signal)),
    onConnection: (state) => told.push(state),
    onDelayed: () => told.push('delayed'),
    onEnded: (reason) => told.push(`ended: ${reason}`),
  };
  const client = new SignalingClient(
    {
      openSocket: server.openSocket,
      clock,
      random: () => random,
      watchWakeUps: (onWakeUp) => {
        wakeUp = onWakeUp;
        return nothing;
      },
    },
    { token: TOKEN, direct: true },
    listener,
  );
  return { server, clock, told, client, wakeUp: () => wakeUp() };
};

export const admit = (socket: ServerSocket, room: RoomView): void => {
  socket.answer(socket.request('join'), joinAnswer(room));
};

export const joined = (version = 5, random?: number) => {
  const scene = begin(random);
  admit(scene.server.socket.open(), roomAt(version, [peer('me')]));
  scene.told.length = 0;
  return scene;
};

/** The socket is lost, and the next one opens. */
export const reopen = ({ server, clock }: ReturnType<typeof begin>): ServerSocket => {
  server.socket.close(1006);
  clock.advance(MOST_BACKOFF_MS);
  return server.socket.open();
};

/** Answers the resume: nothing was missed, unless said otherwise. */
export const takeUp = (
  socket: ServerSocket,
  missed: { readonly events?: readonly unknown[]; readonly messages?: readonly unknown[] } = {},
): void => {
  const { events = [], messages = [] } = missed;
  socket.answer(socket.request('resume'), { kind: 'events', events, messages });
};

export const resumed = (version: number) =>
  eventAt(version, 'peer-resumed', { peerId: peerId('me') });

export const codeFrom = (promise: Promise<unknown>): Promise<string | null> =>
  promise.then(
    () => null,
    (error: unknown) => codeOf(error),
  );
