// A field for something that people paste, a link or a key, and a button that takes it.
import { useSignal } from '@preact/signals';
import { Icon } from './icon.tsx';

interface PasteFormProps {
  /** Of the field, for tests too; its button’s ends in `-submit`. */
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly submit: string;
  readonly wrong: string;
  /** False: it is none of what is asked for. */
  readonly onPaste: (text: string) => boolean;
}

export const PasteForm = ({ id, label, placeholder, submit, wrong, onPaste }: PasteFormProps) => {
  const text = useSignal('');
  const isWrong = useSignal(false);
  return (
    <form
      class="paste-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        isWrong.value = !onPaste(text.value);
      }}
    >
      <label class="label" for={id}>
        {label}
      </label>
      <div class="paste-field">
        <input
          id={id}
          class="input"
          data-testid={id}
          value={text.value}
          placeholder={placeholder}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          inputMode="url"
          enterkeyhint="go"
          aria-invalid={isWrong.value}
          aria-describedby={`${id}-wrong`}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            isWrong.value = false;
          }}
        />
        <button
          type="submit"
          class="button square"
          data-testid={`${id}-submit`}
          aria-label={submit}
        >
          <Icon name="arrow-right" />
        </button>
      </div>
      <p id={`${id}-wrong`} class="field-message" role="alert">
        {isWrong.value && wrong}
      </p>
    </form>
  );
};
