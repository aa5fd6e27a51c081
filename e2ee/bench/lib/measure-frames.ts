// Microseconds per frame, sealed and opened, beside the bare WebCrypto call on the same bytes in the
// same run. Runs wherever the frames do: in Node and in a worker of a browser.
import { deriveFrameKeys, openFrame, sealFrame } from '../../src/frames.ts';

const KID = 0x9013n;
const SIZES = [100, 1200, 15_000] as const;
/** Runs that count; short ones in turn, so that the load of the machine hits both alike. */
const RUNS = 25;
const FRAMES_PER_RUN = 100;

export interface FrameFigures {
  readonly bytes: number;
  readonly what: 'seal' | 'open';
  /** Microseconds per frame, one for each run. */
  readonly ours: readonly number[];
  readonly bare: readonly number[];
}

type Step = (index: number) => Promise<unknown>;

const microseconds = async (step: Step): Promise<number> => {
  const startMs = performance.now();
  for (let index = 0; index < FRAMES_PER_RUN; index += 1) await step(index);
  return ((performance.now() - startMs) * 1000) / FRAMES_PER_RUN;
};

/** A warm-up, then one and the other in turn. */
const compare = async (ours: Step, bare: Step) => {
  const values: { readonly ours: number[]; readonly bare: number[] } = { ours: [], bare: [] };
  for (let run = -1; run < RUNS; run += 1) {
    const [one, other] = [await microseconds(ours), await microseconds(bare)];
    if (run < 0) continue;
    values.ours.push(one);
    values.bare.push(other);
  }
  return values;
};

const measureSize = async (bytes: number): Promise<readonly FrameFigures[]> => {
  const keys = await deriveFrameKeys(new Uint8Array(16), KID, 4);
  const metadata = Uint8Array.of(1, 1, 2, 0x31);
  const plaintext = crypto.getRandomValues(new Uint8Array(bytes));
  const frame = await sealFrame(keys, KID, 0n, metadata, plaintext);
  const header = frame.slice(0, frame.length - bytes - 16);
  const parameters = {
    name: 'AES-GCM',
    iv: new Uint8Array(12),
    additionalData: Uint8Array.of(...header, ...metadata),
    tagLength: 128,
  };
  const sealed = await crypto.subtle.encrypt(parameters, keys.key, plaintext);
  const seal = await compare(
    (index) => sealFrame(keys, KID, BigInt(index), metadata, plaintext),
    () => crypto.subtle.encrypt(parameters, keys.key, plaintext),
  );
  const open = await compare(
    () => openFrame(keys, metadata, frame),
    () => crypto.subtle.decrypt(parameters, keys.key, sealed),
  );
  return [
    { bytes, what: 'seal', ...seal },
    { bytes, what: 'open', ...open },
  ];
};

export const measureFrames = async (): Promise<readonly FrameFigures[]> => {
  const figures: FrameFigures[] = [];
  for (const bytes of SIZES) figures.push(...(await measureSize(bytes)));
  return figures;
};
