// What the shield shows, from what the call knows of the group and its keys.
import type { GroupState, KeyTrouble } from '../../call/call-state.ts';
import type { IconName } from '../icon-names.ts';
import type { ShieldState } from '../words-encryption.ts';

export const shieldState = (group: GroupState | null, trouble: KeyTrouble | null): ShieldState => {
  if (trouble !== null) return 'trouble';
  return group === null ? 'none' : group.comparison;
};

export const shieldIcon = (state: ShieldState): IconName => {
  switch (state) {
    case 'none':
    case 'not-compared':
    case 'joined-since':
      return 'shield';
    case 'compared':
      return 'shield-check';
    case 'trouble':
      return 'shield-alert';
  }
};
