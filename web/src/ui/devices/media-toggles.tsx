// The microphone's and the camera's switch: on the preview, in the call's bar, and by their keys.
import type { Call } from '../../call/call-state.ts';
import { handOff } from '../hand-off.ts';
import { ToggleButton } from '../toggle-button.tsx';
import { words } from '../words.ts';

/** On as far as the others are concerned: wanted, and to be had. */
export const isMicrophoneOn = ({ state }: Call): boolean =>
  state.micOn.value && state.micProblem.value === null;

export const isCameraOn = ({ state }: Call): boolean =>
  state.camOn.value && state.camProblem.value === null;

export const toggleMicrophone = (call: Call): void => handOff(call.setMic(!isMicrophoneOn(call)));

export const toggleCamera = (call: Call): void => handOff(call.setCamera(!isCameraOn(call)));

export const MicrophoneToggle = ({ call }: { readonly call: Call }) => {
  const on = isMicrophoneOn(call);
  return (
    <ToggleButton
      icon={on ? 'mic' : 'mic-off'}
      label={words.call.microphone}
      tip={on ? words.tips.mute : words.tips.unmute}
      shortcut="M"
      pressed={on}
      standsOut="off"
      testId="toggle-mic"
      onToggle={() => toggleMicrophone(call)}
    />
  );
};

export const CameraToggle = ({ call }: { readonly call: Call }) => {
  const on = isCameraOn(call);
  return (
    <ToggleButton
      icon={on ? 'video' : 'video-off'}
      label={words.call.camera}
      tip={on ? words.tips.cameraOff : words.tips.cameraOn}
      shortcut="V"
      pressed={on}
      standsOut="off"
      testId="toggle-camera"
      onToggle={() => toggleCamera(call)}
    />
  );
};
