// The name and the way in. Enter joins; a device that cannot be had stops nobody.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Call } from '../../call/call-state.ts';
import { isDisplayName } from '../../call/encryption/display-name.ts';
import { canHover } from '../browser.ts';
import { handOff } from '../hand-off.ts';
import { useSettings } from '../use-settings.ts';
import { words } from '../words.ts';

const joinWords = (call: Call): string => {
  const { phase, micProblem, camProblem } = call.state;
  if (phase.value.name === 'joining') return words.lobby.joining;
  if (micProblem.value && camProblem.value) return words.lobby.joinWithoutBoth;
  if (micProblem.value) return words.lobby.joinWithoutMicrophone;
  if (camProblem.value) return words.lobby.joinWithoutCamera;
  return words.lobby.join;
};

type NameProblem = 'nameMissing' | 'nameUnusable';

export const JoinForm = ({ call }: { readonly call: Call }) => {
  const field = useRef<HTMLInputElement>(null);
  const settings = useSettings();
  const name = useSignal(settings.current.value.name);
  const problem = useSignal<NameProblem | null>(null);
  const phase = call.state.phase.value;
  const joining = phase.name === 'joining';

  // On a phone the keyboard would cover the preview.
  useEffect(() => {
    if (name.value === '' && canHover()) field.current?.focus();
  }, []);

  const join = () => {
    const typed = name.value.trim();
    if (!isDisplayName(typed)) {
      problem.value = typed === '' ? 'nameMissing' : 'nameUnusable';
      field.current?.focus();
      return;
    }
    settings.change({ name: typed });
    if (!joining) handOff(call.join(typed));
  };

  return (
    <form
      class="join-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        join();
      }}
    >
      <label class="label" for="display-name">
        {words.lobby.name}
      </label>
      <input
        ref={field}
        id="display-name"
        class="input"
        data-testid="display-name"
        value={name.value}
        placeholder={words.lobby.namePlaceholder}
        autocomplete="name"
        enterkeyhint="go"
        aria-invalid={problem.value !== null}
        aria-describedby="name-problem"
        onInput={(event) => {
          name.value = event.currentTarget.value;
          problem.value = null;
        }}
      />
      <p id="name-problem" class="field-message" role="alert">
        {problem.value && words.lobby[problem.value]}
      </p>
      <button
        type="submit"
        class="button primary large"
        data-testid="join"
        aria-busy={joining}
        aria-disabled={joining}
      >
        {joinWords(call)}
      </button>
      <p class="field-message" role="status" data-testid="join-delayed">
        {joining && phase.isDelayed && words.lobby.joinDelayed}
      </p>
    </form>
  );
};
