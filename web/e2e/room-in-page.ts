// A room of two with real workers, run in a page: what came of it, for the test outside to judge.
import {
  type FrameWorkerHandle,
  FrameWorkerClient,
  type GroupEpoch,
  KeyWorkerClient,
  type KeyWorkerHandle,
  type ServerBound,
  type SessionEvent,
  makeLinkSecret,
  systemFrameClock,
} from '@sotto/e2ee/page';
import { createOrderingServer } from '../../e2ee/src/testing/ordering-server.ts';

type Workers = { readonly keys: () => KeyWorkerHandle; readonly frames: () => FrameWorkerHandle };

const ROOM_ID = 'AAECAwQFBgcICQoLDA0ODxAR';
const LOOK_EVERY_MS = 20;

const until = async (what: () => boolean): Promise<void> => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
};

export async function runRoom(workers: Workers) {
  const people = new Map<string, ReturnType<typeof join>>();
  const server = createOrderingServer(
    (to, event: SessionEvent) => people.get(to)?.client.handle(event),
    () => performance.now(),
  );
  const secret = makeLinkSecret();

  function serve(peerId: string, client: KeyWorkerClient, message: ServerBound): void {
    if (message.type === 'send-key-package') {
      server.keyPackage(peerId, message.messageId, message.envelope);
    } else if (message.type === 'send-ready') server.ready(peerId, message);
    else if (message.type === 'send-create' || message.type === 'send-commit') {
      const refused =
        message.type === 'send-create'
          ? server.create(peerId, message)
          : server.commit(peerId, message.message);
      if (refused !== null) client.handle({ type: 'refused', ...refused });
    }
  }

  function join(peerId: string, link: string) {
    const seen = { epochs: Array<GroupEpoch>(), texts: Array<string>(), ready: 0, lost: 0 };
    const client: KeyWorkerClient = new KeyWorkerClient({
      worker: workers.keys(),
      identity: { secret: link, roomId: ROOM_ID, peerId, name: `name of ${peerId}` },
      clock: systemFrameClock,
      listener: {
        onToServer: (message) => {
          if (message.type === 'send-ready') seen.ready += 1;
          serve(peerId, client, message);
        },
        onEpoch: (epoch) => seen.epochs.push(epoch),
        onMessage: ({ sender, body }) =>
          seen.texts.push(`${sender.name}: ${new TextDecoder().decode(body)}`),
        onTrouble: () => undefined,
        onEnded: () => undefined,
        onLost: () => {
          seen.lost += 1;
        },
      },
    });
    const frames = new FrameWorkerClient({
      worker: workers.frames(),
      clock: systemFrameClock,
      onFrameState: () => undefined,
      onKeyFrameNeeded: () => undefined,
      onLost: () => undefined,
    });
    const { port1, port2 } = new MessageChannel();
    frames.connectKeys(port1);
    client.connectFrames(port2);
    return { client, seen };
  }

  for (const peerId of ['a', 'b']) {
    const person = join(peerId, secret);
    people.set(peerId, person);
    server.join(peerId);
    person.client.handle({ type: 'record', room: server.view(), commits: [] });
  }
  const [a, b] = [people.get('a'), people.get('b')];
  if (a === undefined || b === undefined) throw new Error('nobody there');
  await until(() => [a, b].every(({ seen }) => seen.epochs.at(-1)?.roster.length === 2));
  await until(() => [a, b].every(({ seen }) => seen.ready === seen.epochs.length));

  const envelope = await a.client.seal(7, new TextEncoder().encode('hello'));
  b.client.open('a', '', envelope);
  await until(() => b.seen.texts.length > 0);
  const codes = await Promise.all([a, b].map(({ client }) => client.safetyCode()));

  const stranger = join('c', 'no link');
  await until(() => stranger.seen.lost > 0);
  a.client.close();
  b.client.close();
  return {
    rosters: [a, b].map(({ seen }) => seen.epochs.at(-1)?.roster.map(({ name }) => name)),
    texts: b.seen.texts,
    codes: codes.map(({ digits }) => digits.join(' ')),
    lost: [a, b, stranger].map(({ seen }) => seen.lost),
  };
}
