// A part of the media bench, one file each: it can be run alone (`--only NAME`).
import type { Row } from '../../../bench/report.ts';
import type { Compiled } from './endpoints.ts';

export interface PartDeps {
  readonly compiled: Compiled;
  /** Of each thing that is compared. */
  readonly runs: number;
  readonly spanMs: number;
  /** What is done now, for people who wait. */
  readonly say: (what: string) => void;
}

export interface Part {
  readonly name: string;
  run(deps: PartDeps): Promise<readonly Row[]>;
}
