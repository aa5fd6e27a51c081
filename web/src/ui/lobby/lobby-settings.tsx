// Before joining, out of the way of whoever needs none of it: a row that opens what can be preferred,
// the network address hidden above all, which would be known to the other one too late in the call.
import { useSignal } from '@preact/signals';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { PrivacySettings, SoundSettings, VideoSettings } from '../preferences/media-settings.tsx';
import { mediaSettingsWords } from '../words-settings.ts';

export const LobbySettings = () => {
  const open = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="device device-button"
        data-testid="lobby-settings"
        aria-haspopup="dialog"
        onClick={() => (open.value = true)}
      >
        <Icon name="settings" />
        <span>{mediaSettingsWords.more}</span>
        <Icon name="chevron-right" />
      </button>
      <Dialog open={open} title={mediaSettingsWords.more} testId="lobby-settings-dialog">
        <div class="setting-groups">
          <PrivacySettings />
          <VideoSettings />
          <SoundSettings />
        </div>
      </Dialog>
    </>
  );
};
