// The safety code while it is looked at: computed when asked for, and again with every epoch. Null
// until it is there: an old code must never be compared.
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import { handOff } from '../hand-off.ts';

export const useSafetyCode = (
  call: Call,
  isOpen: boolean,
): ReadonlySignal<readonly string[] | null> => {
  const code = useSignal<readonly string[] | null>(null);
  const group = call.state.group.value;
  useEffect(() => {
    if (!isOpen || group === null) return undefined;
    let isOver = false;
    const compute = async () => {
      const computed = await call.safetyCode();
      if (!isOver) code.value = computed;
    };
    handOff(compute());
    return () => {
      isOver = true;
      code.value = null;
    };
  }, [call, isOpen, group?.groupId, group?.epoch]);
  return code;
};
