// The devices of one kind as a menu that names the current one.
import type { IconName } from '../icon-names.ts';
import { Icon } from '../icon.tsx';
import { deviceWords } from '../words-devices.ts';

interface DeviceMenuProps {
  readonly kind: 'microphone' | 'camera' | 'speaker';
  readonly devices: readonly MediaDeviceInfo[];
  readonly chosen: string | null;
  /** Refused or held by others: an empty list then does not mean that there is none. */
  readonly withheld?: boolean;
  readonly onChoose: (deviceId: string) => void;
}

const icons = {
  microphone: 'mic',
  camera: 'video',
  speaker: 'volume-2',
} as const satisfies Record<DeviceMenuProps['kind'], IconName>;

export const DeviceMenu = ({
  kind,
  devices,
  chosen,
  withheld = false,
  onChoose,
}: DeviceMenuProps) => {
  // Until permission is given, browsers list devices without ids and names.
  const known = devices.filter(({ deviceId }) => deviceId !== '');
  // What was remembered may be gone by now.
  const current = known.find(({ deviceId }) => deviceId === chosen) ?? known[0];
  return (
    <label class="device">
      <Icon name={icons[kind]} />
      <span class="sr-only">{deviceWords[kind]}</span>
      <select
        class="device-select"
        data-testid={`choose-${kind}`}
        data-chosen={current?.deviceId}
        disabled={known.length === 0}
        value={current?.deviceId}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {known.length === 0 && (
          <option>
            {devices.length > 0 || withheld ? deviceWords[kind] : deviceWords.none[kind]}
          </option>
        )}
        {known.map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId} selected={deviceId === current?.deviceId}>
            {label === '' ? deviceWords.numbered(deviceWords[kind], index + 1) : label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" />
    </label>
  );
};
