// How busy a worker is: the share of one core that it used over the last few seconds.

/** What the operating system has counted for a process at one moment. */
export interface CpuSample {
  readonly atMs: number;
  /** User and system time since the process began. */
  readonly cpuMs: number;
}

/** More would smooth more and show a new load later. */
export const SAMPLES_KEPT = 4;

export const SAMPLE_INTERVAL_MS = 2000;

export const addSample = (samples: readonly CpuSample[], sample: CpuSample): readonly CpuSample[] =>
  [...samples, sample].slice(-SAMPLES_KEPT);

/** 0 to 1; 0 until there are two samples. */
export const cpuShare = (samples: readonly CpuSample[]): number => {
  const first = samples.at(0);
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
  const share = (last.cpuMs - first.cpuMs) / (last.atMs - first.atMs);
  return Math.min(1, Math.max(0, share));
};
