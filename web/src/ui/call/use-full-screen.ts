// The whole screen for the call, where the browser can (an iPhone cannot).
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { handOff } from '../hand-off.ts';

export const useFullScreen = () => {
  const full = useSignal(document.fullscreenElement !== null);
  useEffect(() => {
    const onChange = () => (full.value = document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, []);
  const toggle = () =>
    handOff(full.value ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  return { possible: document.fullscreenEnabled, full, toggle };
};
