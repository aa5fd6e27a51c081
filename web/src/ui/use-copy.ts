// A button that copies: says for a moment that it has.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { copyText } from './copy.ts';
import { handOff } from './hand-off.ts';

const COPIED_SHOWN_MS = 2000;

export const useCopy = (text: string) => {
  const copied = useSignal(false);
  useEffect(() => {
    if (!copied.value) return undefined;
    const timer = setTimeout(() => (copied.value = false), COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied.value]);

  const copy = async () => {
    copied.value = await copyText(text);
  };
  return { copied, onCopy: () => handOff(copy()) };
};
