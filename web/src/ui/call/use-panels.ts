// Which panel is open beside the stage: one at most.
import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';

export type PanelName = 'none' | 'chat' | 'people' | 'settings' | 'details';

export interface Panels {
  readonly open: ReadonlySignal<PanelName>;
  readonly isChatOpen: ReadonlySignal<boolean>;
  /** Opens it, or closes it where it is open. */
  readonly toggle: (name: PanelName) => void;
  readonly close: () => void;
}

export const usePanels = (): Panels => {
  const open = useSignal<PanelName>('none');
  return {
    open,
    isChatOpen: useComputed(() => open.value === 'chat'),
    toggle: (name) => (open.value = open.value === name ? 'none' : name),
    close: () => (open.value = 'none'),
  };
};
