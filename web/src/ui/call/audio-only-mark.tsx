// Top start, while only sound is received: why nobody is seen, and the way back.
import { Icon } from '../icon.tsx';
import { useSettings } from '../use-settings.ts';
import { audioOnlyWords } from '../words-network.ts';

export const AudioOnlyMark = () => {
  const { current, change } = useSettings();
  if (!current.value.audioOnly) return null;
  return (
    <button
      type="button"
      class="corner-mark"
      data-testid="audio-only-mark"
      data-tip={audioOnlyWords.mark}
      aria-label={audioOnlyWords.mark}
      onClick={() => change({ audioOnly: false })}
    >
      <Icon name="headphones" small />
    </button>
  );
};
