// Runs tasks one after another, in the order of asking; a task that fails fails alone.
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  run<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const result = this.#last.then(task).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Tasks that have not ended, the running one included. */
  get size(): number {
    return this.#waiting;
  }
}
