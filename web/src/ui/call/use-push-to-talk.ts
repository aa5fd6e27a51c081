// Space, held: the microphone is on for as long as it is, if it was off.
import { useLayoutEffect } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import { isMicrophoneOn } from '../devices/media-toggles.tsx';
import { handOff } from '../hand-off.ts';
import { isTyping } from '../use-shortcuts.ts';

const isPressable = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches('button, a');

export const usePushToTalk = (call: Call): void => {
  useLayoutEffect(() => {
    let talking = false;
    // A button that was reached by keyboard keeps its Space; one that was clicked does not need it.
    let clicked = false;
    const onPointerDown = () => {
      clicked = true;
    };
    const release = () => {
      if (!talking) return;
      talking = false;
      handOff(call.setMic(false));
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Tab') clicked = false;
      if (event.code !== 'Space' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || (isPressable(event.target) && !clicked)) return;
      event.preventDefault();
      if (talking || event.repeat || isMicrophoneOn(call)) return;
      talking = true;
      handOff(call.setMic(true));
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || !talking) return;
      event.preventDefault();
      release();
    };
    addEventListener('pointerdown', onPointerDown);
    addEventListener('keydown', onKeyDown);
    addEventListener('keyup', onKeyUp);
    addEventListener('blur', release);
    return () => {
      removeEventListener('pointerdown', onPointerDown);
      removeEventListener('keydown', onKeyDown);
      removeEventListener('keyup', onKeyUp);
      removeEventListener('blur', release);
      release();
    };
  }, [call]);
};
