// What somebody is called on screen: as the group has it, for the server could make up any name.
import type { RemotePeer } from '../../call/call-state.ts';
import { words } from '../words.ts';

export const nameOf = ({ displayName }: Pick<RemotePeer, 'displayName'>): string =>
  displayName ?? words.call.joining;
