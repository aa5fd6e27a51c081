// The encrypted group of a made-up call: who is in it, and what is known of its safety code.
import type { CallState, GroupMember, GroupState } from '../src/call/call-state.ts';

/** Of this day, whatever the day is, so that pictures show the same time. */
const at = (hours: number, minutes: number): number => new Date().setHours(hours, minutes, 0, 0);

/** Everybody whom the server announces, and whom it does not. */
const rosterOf = (state: CallState, unannounced: readonly string[]): readonly GroupMember[] => [
  {
    peerId: state.selfPeerId.value ?? '',
    name: state.selfName.value,
    isSelf: true,
    isAnnounced: true,
  },
  ...state.peers.value.flatMap(({ peerId, displayName }) =>
    displayName === null ? [] : [{ peerId, name: displayName, isSelf: false, isAnnounced: true }],
  ),
  ...unannounced.map((name) => ({
    peerId: name.padEnd(16, 'x'),
    name,
    isSelf: false,
    isAnnounced: false,
  })),
];

export const fakeGroup = (
  state: CallState,
  changes: Partial<GroupState> = {},
  unannounced: readonly string[] = [],
): GroupState => ({
  groupId: 'gallery',
  epoch: 7,
  roster: rosterOf(state, unannounced),
  change: { kind: 'joined', names: ['Elif Yılmaz'], at: at(14, 3) },
  comparison: 'not-compared',
  newcomers: [],
  ...changes,
});

/** Another one for every epoch. */
export const fakeSafetyCode = (epoch: number): readonly string[] =>
  Array.from({ length: 6 }, (_, index) =>
    String(((index + 3) * 15_013 * (epoch + 2)) % 100_000).padStart(5, '0'),
  );

export const chatTime = at;
