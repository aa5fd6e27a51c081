// A link without its key: asks for it, since without it there is nothing to see or hear in there.
import type { RoomId } from '@sotto/signaling/protocol';
import { PasteForm } from '../paste-form.tsx';
import { parseMeetingKey } from '../room-link.ts';
import { useGoTo } from '../use-link.ts';
import { meetingKeyWords } from '../words-failures.ts';
import { Outcome } from './outcome.tsx';

interface MeetingKeyProps {
  readonly roomId: RoomId;
  readonly onKey: (secret: string) => void;
}

export const MeetingKey = ({ roomId, onKey }: MeetingKeyProps) => {
  const goTo = useGoTo();
  const take = (text: string): boolean => {
    const key = parseMeetingKey(text, roomId, location.host);
    if (key.kind === 'key') onKey(key.secret);
    if (key.kind === 'link') goTo(key.to);
    return key.kind !== 'none';
  };
  return (
    <Outcome title={meetingKeyWords.title} texts={[meetingKeyWords.text]}>
      <PasteForm
        id="meeting-key"
        label={meetingKeyWords.label}
        placeholder={meetingKeyWords.placeholder}
        submit={meetingKeyWords.open}
        wrong={meetingKeyWords.wrong}
        onPaste={take}
      />
    </Outcome>
  );
};
