// Tells who talks while muted that nobody hears it.
import { useSignalEffect } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import { isTouchFirst } from '../browser.ts';
import { isMicrophoneOn } from '../devices/media-toggles.tsx';
import type { Toasts } from '../toasts.tsx';
import { words } from '../words.ts';
import { createMutedSpeech } from './muted-speech.ts';

export const useMutedHint = (call: Call, toasts: Toasts): void => {
  const [speech] = useState(createMutedSpeech);
  useSignalEffect(() => {
    if (isMicrophoneOn(call)) {
      speech.forget();
      return;
    }
    if (!speech.hear(call.state.micLevel.value, performance.now())) return;
    toasts.show(isTouchFirst() ? words.call.mutedTouch : words.call.mutedKeys);
  });
};
