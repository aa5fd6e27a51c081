// The meeting's link to read, copy and, where the system has it, share.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { canShareLink } from './browser.ts';
import { copyInviteLink, shareInviteLink } from './copy-link.ts';
import { handOff } from './hand-off.ts';
import { Icon } from './icon.tsx';
import { inviteLink } from './room-link.ts';
import { words } from './words.ts';

const COPIED_SHOWN_MS = 2000;

export const InviteLink = () => {
  const copied = useSignal(false);
  useEffect(() => {
    if (!copied.value) return undefined;
    const timer = setTimeout(() => (copied.value = false), COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied.value]);

  const copy = async () => {
    copied.value = await copyInviteLink();
  };

  return (
    <div class="invite">
      <input
        class="input invite-link"
        readOnly
        dir="ltr"
        value={inviteLink().replace(/^https?:\/\//, '')}
        aria-label={words.call.meetingLink}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="invite-actions">
        <button type="button" class="button primary" onClick={() => handOff(copy())}>
          <Icon name={copied.value ? 'check' : 'copy'} />
          <span role="status">{copied.value ? words.call.copied : words.call.copyLink}</span>
        </button>
        {canShareLink() && (
          <button type="button" class="button" onClick={shareInviteLink}>
            <Icon name="share-2" />
            {words.call.shareLink}
          </button>
        )}
      </div>
    </div>
  );
};
