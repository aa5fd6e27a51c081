// What one prefers of sound, video and network: in the settings of a call, and before joining.
import { BANDWIDTH_LIMITS_KBPS, VIDEO_QUALITIES } from '../../call/preferences.ts';
import { ChoiceRow } from '../choice-row.tsx';
import { SwitchRow } from '../switch-row.tsx';
import { useSettings } from '../use-settings.ts';
import { mediaSettingsWords } from '../words-settings.ts';

const BANDWIDTH_CHOICES = [null, ...BANDWIDTH_LIMITS_KBPS.toReversed()];

export const SoundSettings = () => {
  const { current, change } = useSettings();
  const { echoCancellation, noiseSuppression, autoGainControl } = current.value;
  return (
    <section class="setting-group">
      <h3>{mediaSettingsWords.sound}</h3>
      <SwitchRow
        icon="ear"
        label={mediaSettingsWords.echo}
        testId="setting-echo"
        checked={echoCancellation}
        onChange={(checked) => change({ echoCancellation: checked })}
      />
      <SwitchRow
        icon="audio-lines"
        label={mediaSettingsWords.noise}
        testId="setting-noise"
        checked={noiseSuppression}
        onChange={(checked) => change({ noiseSuppression: checked })}
      />
      <SwitchRow
        icon="volume-1"
        label={mediaSettingsWords.gain}
        testId="setting-gain"
        checked={autoGainControl}
        onChange={(checked) => change({ autoGainControl: checked })}
      />
    </section>
  );
};

export const VideoSettings = () => {
  const { current, change } = useSettings();
  const { videoQuality, bandwidthLimitKbps, audioOnly } = current.value;
  return (
    <section class="setting-group">
      <h3>{mediaSettingsWords.video}</h3>
      <ChoiceRow
        icon="video"
        label={mediaSettingsWords.quality}
        testId="setting-video-quality"
        choices={VIDEO_QUALITIES}
        chosen={videoQuality}
        wordsOf={(quality) => mediaSettingsWords.qualities[quality]}
        onChoose={(quality) => change({ videoQuality: quality })}
      />
      <ChoiceRow
        icon="gauge"
        label={mediaSettingsWords.bandwidth}
        testId="setting-bandwidth"
        choices={BANDWIDTH_CHOICES}
        chosen={bandwidthLimitKbps}
        wordsOf={mediaSettingsWords.bandwidthLimit}
        onChoose={(limit) => change({ bandwidthLimitKbps: limit })}
      />
      <SwitchRow
        icon="headphones"
        label={mediaSettingsWords.audioOnly}
        meaning={mediaSettingsWords.audioOnlyMeaning}
        testId="setting-audio-only"
        checked={audioOnly}
        onChange={(checked) => change({ audioOnly: checked })}
      />
    </section>
  );
};

export const PrivacySettings = () => {
  const { current, change } = useSettings();
  return (
    <section class="setting-group">
      <h3>{mediaSettingsWords.privacy}</h3>
      <SwitchRow
        icon="eye-off"
        label={mediaSettingsWords.hideAddress}
        meaning={mediaSettingsWords.hideAddressMeaning}
        testId="setting-hide-address"
        checked={current.value.hideAddress}
        onChange={(checked) => change({ hideAddress: checked })}
      />
    </section>
  );
};
