// Somebody who talks while nodes die, and what others heard of it, over however many sockets.
import { anyEnvelope } from './group-samples.ts';
import type { TestClient } from './test-client.ts';

/**
 * Says so many lines, each after the answer to the one before, and gives them. Fewer than a ring holds,
 * so that nobody who is away for all of them may miss one.
 */
export const sayLines = async (
  speaker: TestClient,
  lines: number,
  onLine: (line: number) => void = () => undefined,
): Promise<readonly string[]> => {
  const said: string[] = [];
  for (let line = 1; line <= lines; line += 1) {
    const envelope = anyEnvelope();
    await speaker.request('app-message', { envelope });
    said.push(envelope);
    onLine(line);
  }
  return said;
};

/** The envelopes that a client was told as events, in order. */
export const heardBy = (client: TestClient): readonly string[] =>
  client.events.flatMap((event) =>
    event.event === 'app-message' ? [event.data.message.envelope] : [],
  );
