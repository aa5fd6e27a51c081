// One connection to Redis, or one to each server of a cluster: whether it is up, and who wants to know.
import type { Cluster, Redis } from 'ioredis';

export type Client = Redis | Cluster;

/** What a link has to know of its client. */
export interface Connection {
  on(event: 'ready' | 'close', listener: () => void): unknown;
  disconnect(): void;
}

export class Link<C extends Connection = Client> {
  readonly client: C;
  readonly #onUp = new Set<() => void>();
  readonly #onDown = new Set<() => void>();
  #isUp = false;

  constructor(client: C) {
    this.client = client;
    client.on('ready', () => {
      this.#isUp = true;
      for (const task of this.#onUp) task();
    });
    client.on('close', () => {
      this.#isUp = false;
      for (const task of this.#onDown) task();
    });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Each time that it is up; the answer ends it. */
  whenUp(task: () => void): () => void {
    this.#onUp.add(task);
    return () => this.#onUp.delete(task);
  }

  /** Each time that it is lost: what was sent and not answered may have been done. */
  whenDown(task: () => void): () => void {
    this.#onDown.add(task);
    return () => this.#onDown.delete(task);
  }

  close(): void {
    this.client.disconnect();
  }
}
