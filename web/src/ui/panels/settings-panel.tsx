// What can be changed during a call: the devices, what one prefers, and how things look here.
import type { Call } from '../../call/call-state.ts';
import { DeviceMenus } from '../devices/device-menus.tsx';
import { DeviceProblems } from '../devices/device-problems.tsx';
import { PrivacySettings, SoundSettings, VideoSettings } from '../preferences/media-settings.tsx';
import { words } from '../words.ts';
import { MirrorSwitch, ThemeMenu } from './look-settings.tsx';
import { Panel } from './panel.tsx';

interface SettingsPanelProps {
  readonly call: Call;
  readonly onClose: () => void;
}

export const SettingsPanel = ({ call, onClose }: SettingsPanelProps) => (
  <Panel title={words.panels.settings} testId="settings-panel" onClose={onClose}>
    <h3>{words.lobby.devices}</h3>
    <DeviceMenus call={call} />
    <DeviceProblems call={call} />
    <SoundSettings />
    <VideoSettings />
    <PrivacySettings />
    <h3>{words.settings.picture}</h3>
    <MirrorSwitch />
    <h3>{words.settings.look}</h3>
    <ThemeMenu />
  </Panel>
);
