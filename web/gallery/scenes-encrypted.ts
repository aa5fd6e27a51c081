// Scenes of what encryption brings: keys on tiles, the shield, the chat, hands and reactions.
import type { ChatMessage, GroupState, KeyTrouble, RemotePeer } from '../src/call/call-state.ts';
import { fakePeer, nameAt, peerIdOf } from './fake-call.ts';
import { chatTime, fakeGroup } from './fake-group.ts';
import { sharedScreen } from './portraits.ts';
import { inCall, pressing, type Scene, withOthers } from './scene.ts';

const said = (
  id: number,
  peer: number,
  text: string,
  changes: Partial<ChatMessage> = {},
): ChatMessage => ({
  id,
  peerId: peerIdOf(peer),
  name: nameAt(peer),
  text,
  at: chatTime(14, id),
  isOwn: peer === 0,
  state: 'sent',
  ...changes,
});

const conversation: readonly ChatMessage[] = [
  said(1, 1, 'Good morning!'),
  said(
    2,
    4,
    'Ich habe die Donaudampfschifffahrtsgesellschaftskapitänsmützenbestellung abgeschickt.',
  ),
  said(3, 6, 'صباح الخير! الوثيقة هنا: https://example.org/وثيقة شكرا'),
  said(4, 0, 'Thank you, I’ll have a look.'),
  said(
    5,
    2,
    'Notes are at https://notes.example.org/spring/2026/plan?view=all&section=budget#totals.',
  ),
  said(6, 1, `${'a'.repeat(90)} <b>not bold</b>`),
  said(7, 5, 'First line\nsecond line\n\n👍🏽'),
  said(8, 0, 'This one did not get through', { state: 'failed' }),
  said(9, 0, 'This one is on its way', { state: 'sending' }),
];

const shield = (changes: Partial<GroupState>): Scene =>
  pressing(
    withOthers(6, 2, ({ state }) => {
      state.group.value = fakeGroup(state, changes);
    }),
    'shield',
  );

const change = (index: number, changes: Partial<RemotePeer>) => fakePeer(index, changes);

const keyTrouble = (trouble: KeyTrouble): Scene =>
  inCall(({ state }) => {
    state.peers.value = [1, 2, 3].map((index) =>
      change(index, { displayName: null, encryption: 'waiting', camTrack: null }),
    );
    state.group.value = null;
    state.ownEncryption.value = 'waiting';
    state.keyTrouble.value = trouble;
  });

const withHands = withOthers(8, null, ({ state }) => {
  state.peers.value = state.peers.value.map((peer, index) => ({
    ...peer,
    handRaisedAt: [null, 30, null, 10, null, 20][index] ?? null,
  }));
  state.handRaised.value = true;
  state.group.value = fakeGroup(state, {}, ['Mallory', 'محمد']);
});

export const encryptedScenes: Readonly<Record<string, Scene>> = {
  'meeting-key': { path: 'room', key: '' },
  keys: withOthers(6, null, ({ state }) => {
    state.peers.value = [
      change(1, { encryption: 'failed' }),
      change(2, { encryption: 'waiting' }),
      change(3, { encryption: 'failed' }),
      change(4, { displayName: null, encryption: 'waiting', camTrack: null }),
      change(5, {}),
      change(6, { encryption: 'waiting', connected: false }),
    ];
    state.ownEncryption.value = 'failed';
  }),
  'keys-two': withOthers(1, null, ({ state }) => {
    state.peers.value = [change(1, { encryption: 'failed' })];
  }),
  'keys-share': withOthers(3, null, ({ state }) => {
    state.peers.value = [
      change(1, { screenOn: true, screenTrack: sharedScreen(), screenEncryption: 'failed' }),
      change(2, { screenOn: true, screenTrack: null, screenEncryption: 'waiting' }),
      change(5, {}),
    ];
  }),
  'no-welcome': keyTrouble('no-welcome'),
  'cannot-follow': keyTrouble('cannot-follow'),
  'put-out': keyTrouble('put-out'),
  'leak-stopped': withOthers(2, null, ({ state }) => {
    state.ownEncryption.value = 'failed';
    state.notice.value = 'leak-stopped';
  }),
  'shield-new': shield({}),
  'shield-compared': shield({
    comparison: 'compared',
    change: { kind: 'refreshed', names: [], at: chatTime(14, 20) },
  }),
  'shield-joined-since': shield({
    comparison: 'joined-since',
    newcomers: ['Dörte Freifrau von Schaumburg-Lippe-Biesterfeld', 'فاطمة الزهراء', 'Lars'],
    change: { kind: 'joined', names: ['Lars'], at: chatTime(14, 20) },
  }),
  'shield-none': pressing(keyTrouble('no-welcome'), 'shield'),
  chat: pressing(
    withOthers(6, 2, ({ state }) => {
      state.chat.value = conversation;
    }),
    'toggle-chat',
  ),
  'chat-empty': pressing(withOthers(2), 'toggle-chat'),
  unread: withOthers(3, null, ({ state }) => {
    state.chat.value = conversation.slice(0, 3);
  }),
  hands: withHands,
  'hands-people': pressing(withHands, 'toggle-people'),
  reactions: withOthers(6, null, ({ state }) => {
    state.reactions.value = [
      { id: 1, peerId: peerIdOf(1), symbol: '👏' },
      { id: 2, peerId: peerIdOf(1), symbol: '🎉' },
      { id: 3, peerId: peerIdOf(0), symbol: '❤️' },
      { id: 4, peerId: peerIdOf(4), symbol: '😂' },
    ];
  }),
  'reactions-menu': pressing(withOthers(3), 'reactions'),
  'twenty-five-marks': withOthers(24, 7, ({ state }) => {
    state.peers.value = state.peers.value.map((peer, index) => ({
      ...peer,
      encryption: index % 5 === 1 ? 'waiting' : index % 7 === 3 ? 'failed' : 'ok',
      connected: index % 6 !== 4,
      handRaisedAt: index % 4 === 2 ? index : null,
      displayName: index === 21 ? null : peer.displayName,
    }));
    state.reactions.value = [{ id: 1, peerId: peerIdOf(5), symbol: '👍' }];
    state.group.value = fakeGroup(state, { comparison: 'compared' });
  }),
};
