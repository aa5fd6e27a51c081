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

/** A browser that lets frames leave beside the transform that it was given. */
export const leakFrames = (): void => {
  const Connection = window.RTCPeerConnection;
  const connections: RTCPeerConnection[] = [];
  Object.defineProperty(window, 'testConnections', { value: connections });
  window.RTCPeerConnection = class extends Connection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
  };
  const original: unknown = Reflect.get(RTCRtpSender.prototype, 'createEncodedStreams');
  Reflect.set(RTCRtpSender.prototype, 'createEncodedStreams', function leak(this: RTCRtpSender) {
    if (typeof original !== 'function') throw new Error('Chromium has it');
    const { readable, writable } = original.call(this);
    readable.pipeTo(writable).catch(() => undefined);
    return { readable: new TransformStream().readable, writable: new WritableStream() };
  });
};

/** Senders that have a track to send, over all connections that are not closed. */
export const openSenders = (): number => {
  const connections: RTCPeerConnection[] = Reflect.get(window, 'testConnections');
  return connections
    .filter(({ connectionState }) => connectionState !== 'closed')
    .flatMap((connection) => connection.getSenders())
    .filter(({ track }) => track !== null).length;
};
