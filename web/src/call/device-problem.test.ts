import { expect, test } from 'vitest';
import { deviceProblemOf } from './device-problem.ts';

test.each([
  ['NotAllowedError', 'denied'],
  ['NotFoundError', 'missing'],
  ['OverconstrainedError', 'missing'],
  ['NotReadableError', 'in-use'],
  ['TypeError', 'unknown'],
])('%s means %s', (name, problem) => {
  expect(deviceProblemOf(new DOMException('told by the browser', name))).toBe(problem);
});
