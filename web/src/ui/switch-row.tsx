// A whole row that turns something on or off, with its icon, its words, and more words where needed.
import { useId } from 'preact/hooks';
import type { IconName } from './icon-names.ts';
import { Icon } from './icon.tsx';

interface SwitchRowProps {
  readonly icon: IconName;
  readonly label: string;
  /** A sentence below. */
  readonly meaning?: string;
  readonly testId: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export const SwitchRow = ({ icon, label, meaning, testId, checked, onChange }: SwitchRowProps) => {
  const id = useId();
  return (
    <label class="switch-row">
      <Icon name={icon} />
      <span id={`${id}-label`}>{label}</span>
      <input
        type="checkbox"
        role="switch"
        class="switch"
        data-testid={testId}
        checked={checked}
        aria-labelledby={`${id}-label`}
        aria-describedby={meaning === undefined ? undefined : `${id}-meaning`}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {meaning !== undefined && (
        <span id={`${id}-meaning`} class="row-meaning">
          {meaning}
        </span>
      )}
    </label>
  );
};
