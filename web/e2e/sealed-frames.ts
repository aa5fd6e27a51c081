// What a page's frame worker sealed, looked at inside of it: that no counter is used twice, whatever
// connections the frames leave over. Puppeteer sends `rememberSealed` over as text: it stands alone.
import type { Page, WebWorker } from 'puppeteer';

/** Kid and counter of every sealed frame, as RFC 9605 §4.3 writes them, in the order of sealing. */
const rememberSealed = (): void => {
  const sealed: string[] = [];
  Object.defineProperty(globalThis, 'testSealed', { value: sealed });

  const note = (bytes: Uint8Array, isVideo: boolean): void => {
    // VP8's clear prefix: 10 bytes of a key frame, 1 of another (RFC 6386 §9.1).
    let at = isVideo ? ((bytes[0] ?? 0) % 2 === 0 ? 10 : 1) : 0;
    const read = (length: number): string => {
      let value = 0n;
      for (const byte of bytes.subarray(at, at + length)) value = value * 256n + BigInt(byte);
      at += length;
      return String(value);
    };
    const config = Number(read(1));
    const kidBits = (config >> 4) & 0b111;
    const kid = config & 0x80 ? read(kidBits + 1) : String(kidBits);
    const counterBits = config & 0b111;
    const counter = config & 0x08 ? read(counterBits + 1) : String(counterBits);
    sealed.push(`${kid} ${counter}`);
  };
  for (const name of ['RTCEncodedVideoFrame', 'RTCEncodedAudioFrame']) {
    const prototype: object = Reflect.get(Reflect.get(globalThis, name), 'prototype');
    const data = Object.getOwnPropertyDescriptor(prototype, 'data');
    if (data === undefined) throw new Error('frames have their data elsewhere');
    Object.defineProperty(prototype, 'data', {
      ...data,
      set(this: object, after: ArrayBuffer) {
        const before: ArrayBuffer = data.get?.call(this);
        // What was opened is shorter than what came.
        if (after.byteLength > before.byteLength) {
          note(new Uint8Array(after), name === 'RTCEncodedVideoFrame');
        }
        data.set?.call(this, after);
      },
    });
  }
};

const sealedSoFar = (): readonly string[] => Reflect.get(globalThis, 'testSealed');

export interface SealedFrames {
  /** `kid counter` of each, in the order of sealing. */
  readonly all: () => Promise<readonly string[]>;
}

/** Before the page joins. */
export const watchSealing = (page: Page): SealedFrames => {
  const workers: WebWorker[] = [];
  page.on('workercreated', (worker) => {
    if (!worker.url().includes('frame')) return;
    workers.push(worker);
    worker.evaluate(rememberSealed).catch(() => undefined);
  });
  return {
    all: async () => {
      // A page that was loaded anew has another.
      const seen = await Promise.all(
        workers.map((worker) => worker.evaluate(sealedSoFar).catch(() => [])),
      );
      return seen.flat();
    },
  };
};

const EPOCH_BITS = 4n;

/** Counters that were used again. Of a kid's epoch there are four bits (SPEC F9): it comes again. */
export const repeatedCounters = (sealed: readonly string[]): readonly string[] => {
  const used = new Map<bigint, Set<string>>();
  return sealed.filter((frame) => {
    const [kid = '0', counter = ''] = frame.split(' ');
    const number = BigInt(kid);
    const counters = used.get(number) ?? new Set();
    // When an epoch begins, those eight and more before it are long over; one may have had no frames.
    if (counters.size === 0) {
      const epochs = 2n ** EPOCH_BITS;
      const epoch = number % epochs;
      for (let ahead = 1n; ahead <= epochs / 2n; ahead += 1n) {
        used.delete(number - epoch + ((epoch + ahead) % epochs));
      }
    }
    used.set(number, counters);
    const isRepeated = counters.has(counter);
    counters.add(counter);
    return isRepeated;
  });
};
