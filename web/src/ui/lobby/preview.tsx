// The own picture before joining, with the two switches on it.
import type { Call } from '../../call/call-state.ts';
import { CameraToggle, MicrophoneToggle } from '../devices/media-toggles.tsx';
import { useSettings } from '../use-settings.ts';
import { Video } from '../video.tsx';
import { audioOnlyWords } from '../words-network.ts';
import { words } from '../words.ts';

export const Preview = ({ call }: { readonly call: Call }) => {
  const { mirror, audioOnly } = useSettings().current.value;
  const { camOn, camTrack, camProblem } = call.state;
  const track = camOn.value ? camTrack.value : null;
  const starting = camOn.value && camProblem.value === null;
  const off = audioOnly ? audioOnlyWords.lobby : words.lobby.cameraOff;
  return (
    <section class="preview" aria-label={words.lobby.preview}>
      <p class="preview-words">{starting ? words.lobby.cameraStarting : off}</p>
      {track && <Video track={track} mirrored={mirror} />}
      <div class="preview-switches">
        <MicrophoneToggle call={call} />
        <CameraToggle call={call} />
      </div>
    </section>
  );
};
