// A row with one of a few choices: what it is about above, what is chosen below, in the browser's own
// menu.
import type { IconName } from './icon-names.ts';
import { Icon } from './icon.tsx';

interface ChoiceRowProps<Choice> {
  readonly icon: IconName;
  readonly label: string;
  readonly testId: string;
  readonly choices: readonly Choice[];
  readonly chosen: Choice;
  readonly wordsOf: (choice: Choice) => string;
  readonly onChoose: (choice: Choice) => void;
}

export const ChoiceRow = <Choice extends string | number | null>(props: ChoiceRowProps<Choice>) => {
  const { icon, label, testId, choices, chosen, wordsOf, onChoose } = props;
  return (
    <label class="device choice">
      <Icon name={icon} />
      <span class="choice-label">{label}</span>
      <select
        class="device-select"
        data-testid={testId}
        value={String(chosen)}
        onChange={({ currentTarget: { value } }) => {
          const choice = choices.find((one) => String(one) === value);
          if (choice !== undefined) onChoose(choice);
        }}
      >
        {choices.map((choice) => (
          <option key={choice} value={String(choice)} selected={choice === chosen}>
            {wordsOf(choice)}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" />
    </label>
  );
};
