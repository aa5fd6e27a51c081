// What runs in the page for the tests of its encryption. Puppeteer sends these functions over as text:
// each stands alone.

/** Lets a test end a worker of the page by its name, as a browser that is short of memory may. */
export const rememberWorkers = (): void => {
  const Original = window.Worker;
  window.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      const name = options?.name ?? 'worker';
      document.addEventListener(`test:end-${name}`, () => this.terminate());
      // As after an error that nothing in the worker caught.
      document.addEventListener(`test:fail-${name}`, () => {
        this.terminate();
        this.dispatchEvent(new Event('error'));
      });
    }
  };
};

/** All that this page says over its sockets and by fetch, for a search afterwards. */
export const rememberWords = (): void => {
  const said: string[] = [];
  Object.defineProperty(window, 'testSaid', { get: () => said.join('\n') });
  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    override send(text: string): void {
      said.push(text);
      super.send(text);
    }
  };
  const fetch = window.fetch.bind(window);
  window.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : input.toString();
    said.push(`${url} ${JSON.stringify(init)}`);
    return fetch(input, init);
  };
};

export const wordsSaid = (): string => String(Reflect.get(window, 'testSaid'));
