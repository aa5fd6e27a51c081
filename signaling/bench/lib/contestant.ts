// What fan-out is measured on: a room whose first person speaks and whose others hear, their sockets on all
// nodes in turn. The same for Sotto and for what it is compared with.

export interface BenchRoom {
  /** Resolves when the server has answered. */
  speak(): Promise<void>;
  /** Of those who hear: how many there are, and what is called for each message that one of them gets. */
  readonly hearers: number;
  onHeard: () => void;
  close(): void;
}

export interface Contestant {
  readonly name: string;
  openRoom(people: number): Promise<BenchRoom>;
  /** CPU time of all its nodes so far; Redis does the same work for both. */
  cpuMs(): Promise<number>;
}

/** Bytes that are said, as base64url: an encrypted chat message of a sentence or two. */
export const MESSAGE_BYTES = 300;

/** All at once would measure the client. */
const AT_ONCE = 25;

export const inTurns = async <T>(
  count: number,
  make: (index: number) => Promise<T>,
  atOnce = AT_ONCE,
): Promise<T[]> => {
  const made: T[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const indexes = Array.from({ length: Math.min(atOnce, count - from) }, (_, at) => from + at);
    made.push(...(await Promise.all(indexes.map(make))));
  }
  return made;
};
