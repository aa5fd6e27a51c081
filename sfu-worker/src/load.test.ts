import { describe, expect, it } from 'vitest';
import { addSample, cpuShare, type CpuSample } from './load.ts';

const samples = (...all: readonly (readonly [number, number])[]): readonly CpuSample[] =>
  all.reduce<readonly CpuSample[]>((list, [atMs, cpuMs]) => addSample(list, { atMs, cpuMs }), []);

describe('cpuShare', () => {
  it('is 0 until there are two samples', () => {
    expect(cpuShare([])).toBe(0);
    expect(cpuShare(samples([1000, 400]))).toBe(0);
  });

  it('is the share of the time between the first and the last', () => {
    expect(cpuShare(samples([0, 100], [2000, 600]))).toBe(0.25);
    expect(cpuShare(samples([0, 0], [2000, 0], [4000, 3000]))).toBe(0.75);
  });

  it('forgets what is longer ago', () => {
    const busyThenIdle = samples([0, 0], [2000, 2000], [4000, 2000], [6000, 2000], [8000, 2000]);
    expect(cpuShare(busyThenIdle)).toBe(0);
  });

  it('stays within 0 and 1, and outlives a clock that stands still', () => {
    expect(cpuShare(samples([0, 0], [1000, 1700]))).toBe(1);
    expect(cpuShare(samples([0, 500], [1000, 400]))).toBe(0);
    expect(cpuShare(samples([1000, 0], [1000, 900]))).toBe(0);
  });
});
