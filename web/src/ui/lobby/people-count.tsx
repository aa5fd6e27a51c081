// How many are already there, asked again while one waits.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import { handOff } from '../hand-off.ts';
import { words } from '../words.ts';

const ASK_EVERY_MS = 10_000;

export const PeopleCount = ({ call }: { readonly call: Call }) => {
  const count = useSignal<number | null>(null);
  useEffect(() => {
    const ask = async () => {
      if (document.hidden) return;
      count.value = await call.countPeople();
    };
    handOff(ask());
    const timer = setInterval(() => handOff(ask()), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [call]);

  const people = count.value;
  return (
    <p class="people-count" role="status" data-testid="people-count">
      {people === 0 && words.lobby.nobodyYet}
      {people !== null && people > 0 && words.lobby.peopleHere(people)}
    </p>
  );
};
