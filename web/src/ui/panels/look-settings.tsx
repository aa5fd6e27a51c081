// How things look on this device: the own picture mirrored or not, and the theme.
import { useSettings } from '../use-settings.ts';
import { Icon } from '../icon.tsx';
import { THEMES } from '../settings.ts';
import { words } from '../words.ts';

export const MirrorSwitch = () => {
  const { current, change } = useSettings();
  return (
    <label class="switch-row">
      <Icon name="flip-vertical-2" />
      <span>{words.settings.mirror}</span>
      <input
        type="checkbox"
        role="switch"
        class="switch"
        data-testid="mirror"
        checked={current.value.mirror}
        onChange={(event) => change({ mirror: event.currentTarget.checked })}
      />
    </label>
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
