// Camera, microphone with its level, and speaker: before joining and in the settings. What is chosen
// is remembered for the next time.
import type { Call, DeviceProblem } from '../../call/call-state.ts';
import { handOff } from '../hand-off.ts';
import { useSettings } from '../use-settings.ts';
import { DeviceMenu } from './device-menu.tsx';
import { LevelMeter } from './level-meter.tsx';

const isWithheld = (problem: DeviceProblem | null): boolean =>
  problem !== null && problem !== 'missing';

export const DeviceMenus = ({ call }: { readonly call: Call }) => {
  const { change } = useSettings();
  const { devices, cameraId, microphoneId, speakerId, micLevel, micOn, micTrack } = call.state;
  const { cameras, microphones, speakers } = devices.value;
  return (
    <div class="devices">
      <DeviceMenu
        kind="camera"
        devices={cameras}
        chosen={cameraId.value}
        withheld={isWithheld(call.state.camProblem.value)}
        onChoose={(id) => {
          change({ cameraId: id });
          handOff(call.chooseCamera(id));
        }}
      />
      <div class="device-with-level">
        <DeviceMenu
          kind="microphone"
          devices={microphones}
          chosen={microphoneId.value}
          withheld={isWithheld(call.state.micProblem.value)}
          onChoose={(id) => {
            change({ microphoneId: id });
            handOff(call.chooseMicrophone(id));
          }}
        />
        <LevelMeter level={micLevel} live={micOn.value && micTrack.value !== null} />
      </div>
      <DeviceMenu
        kind="speaker"
        devices={speakers}
        chosen={speakerId.value}
        onChoose={(id) => {
          change({ speakerId: id });
          handOff(call.chooseSpeaker(id));
        }}
      />
    </div>
  );
};
