// Some hundred short histories of a room, with every fault that its log is made to survive.
import { it } from 'vitest';
import { runOverMemory } from './support/run-record-model.ts';

it('V1 V4 V5 whatever is lost, doubled, late or put back, all nodes come to the record that the store has or are reset', () =>
  runOverMemory(300));
