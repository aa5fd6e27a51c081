// How things look on this device: the own picture mirrored or not, and the theme.
import { useSettings } from '../use-settings.ts';
import { Icon } from '../icon.tsx';
import { THEMES } from '../settings.ts';
import { SwitchRow } from '../switch-row.tsx';
import { words } from '../words.ts';

export const MirrorSwitch = () => {
  const { current, change } = useSettings();
  return (
    <SwitchRow
      icon="flip-vertical-2"
      label={words.settings.mirror}
      testId="mirror"
      checked={current.value.mirror}
      onChange={(checked) => change({ mirror: checked })}
    />
  );
};

export const ThemeMenu = () => {
  const { current, change } = useSettings();
  return (
    <label class="device">
      <Icon name="sun-moon" />
      <span class="sr-only">{words.settings.theme}</span>
      <select
        class="device-select"
        data-testid="choose-theme"
        value={current.value.theme}
        onChange={({ currentTarget: { value } }) =>
          change({ theme: THEMES.find((theme) => theme === value) ?? 'system' })
        }
      >
        {THEMES.map((theme) => (
          <option key={theme} value={theme} selected={theme === current.value.theme}>
            {words.settings.themes[theme]}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" />
    </label>
  );
};
