// The WebSocket as the client uses it: text in, text out, one end. Tests put a scripted server here.
export interface Socket {
  /** Says nothing when the socket is not open. */
  send(text: string): void;
  /** No listener is called any more. */
  close(code: number): void;
}

export interface SocketListener {
  onOpen(): void;
  onText(text: string): void;
  /** Once, and last. */
  onClose(code: number): void;
}

export type OpenSocket = (listener: SocketListener) => Socket;

export const browserSocket =
  (url: string): OpenSocket =>
  (listener) => {
    const socket = new WebSocket(url);
    const ended = new AbortController();
    const on = { signal: ended.signal };
    socket.addEventListener('open', () => listener.onOpen(), on);
    socket.addEventListener(
      'message',
      ({ data }: MessageEvent<unknown>) => {
        if (typeof data === 'string') listener.onText(data);
      },
      on,
    );
    socket.addEventListener('close', ({ code }) => listener.onClose(code), on);
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: (code) => {
        ended.abort();
        socket.close(code);
      },
    };
  };

/** Of the page's own host. */
export const signalingUrl = ({ protocol, host }: Location): string =>
  `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/ws`;
