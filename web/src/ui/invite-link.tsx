// The meeting's link to read, copy and, where the system has it, share. It holds the meeting's key.
import { canShareLink } from './browser.ts';
import { shareInvite } from './copy.ts';
import { Icon } from './icon.tsx';
import { useCopy } from './use-copy.ts';
import { useInvite } from './use-link.ts';
import { words } from './words.ts';

export const InviteLink = () => {
  const link = useInvite();
  const { copied, onCopy } = useCopy(link);
  return (
    <div class="invite">
      <input
        class="input invite-link"
        data-testid="invite-link"
        readOnly
        dir="ltr"
        value={link}
        aria-label={words.call.meetingLink}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="invite-actions">
        <button type="button" class="button primary" onClick={onCopy}>
          <Icon name={copied.value ? 'check' : 'copy'} />
          <span role="status">{copied.value ? words.call.copied : words.call.copyLink}</span>
        </button>
        {canShareLink() && (
          <button type="button" class="button" onClick={() => shareInvite(link)}>
            <Icon name="share-2" />
            {words.call.shareLink}
          </button>
        )}
      </div>
    </div>
  );
};
