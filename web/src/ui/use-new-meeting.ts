// Opens a meeting on the server and goes there; used wherever there is a “New meeting”.
import { useSignal } from '@preact/signals';
import { createRoom } from './create-room.ts';
import { useGoToRoom } from './use-link.ts';

export const useNewMeeting = () => {
  const goToRoom = useGoToRoom();
  const opening = useSignal(false);
  const problem = useSignal<'unreachable' | 'refused' | null>(null);

  const open = async () => {
    if (opening.value) return;
    opening.value = true;
    problem.value = null;
    const result = await createRoom();
    opening.value = false;
    if (result.ok) goToRoom(result.roomId, result.secret);
    else problem.value = result.reason;
  };
  return { opening, problem, open };
};
