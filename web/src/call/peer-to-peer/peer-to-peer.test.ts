// When two people have a link and when they have none, with connections that a test plays.
import { signal } from '@preact/signals';
import type { PeerId, PeerToPeerOutcome } from '@sotto/signaling/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { peer, peerId } from '../../signaling/testing/room-samples.ts';
import { settled } from '../../signaling/testing/turns.ts';
import { DEFAULT_PREFERENCES } from '../preferences.ts';
import { FakeConnection } from '../testing/fake-connection.ts';
import { encodeLinkMessage, parseLinkMessage } from './link-messages.ts';
import type { LinkView } from './link-view.ts';
import { PeerToPeer } from './peer-to-peer.ts';

const LEAVE_MS = 20_000;
const HIDE_MS = 5_000;
const REJOIN_MS = 15_000;

beforeEach(() => {
  vi.stubGlobal('RTCPeerConnection', FakeConnection);
  vi.stubGlobal('MediaStream', EventTarget);
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: [] }) });
});

afterEach(() => {
  vi.unstubAllGlobals();
  FakeConnection.made.length = 0;
});

const [ann, bob] = [peer('ann'), peer('bob')];
const guarded = { ready: Promise.resolve(), detach: (): void => undefined };

/** One of the two; what it says reaches the other as `carry` says. */
class Side {
  readonly clock = new FakeClock();
  readonly told: { readonly to: PeerId; readonly body: Uint8Array }[] = [];
  readonly reported: PeerToPeerOutcome[] = [];
  readonly self: PeerId;
  readonly peerToPeer: PeerToPeer;
  #view: LinkView;
  #links = 0;

  constructor(self: PeerId, view: LinkView) {
    this.self = self;
    this.#view = view;
    this.peerToPeer = new PeerToPeer({
      clock: this.clock,
      now: () => 0,
      newLinkId: () => {
        this.#links += 1;
        return `00000000-0000-4000-8000-${String(this.#links).padStart(12, '0')}`;
      },
      tell: async (_kind, body, to) => {
        this.told.push({ to, body });
      },
      report: async (_other, outcome) => {
        this.reported.push(outcome);
      },
      encryption: {
        attachSender: () => guarded,
        attachReceiver: () => guarded,
        maySend: () => true,
      },
      network: {
        iceServers: { current: [], subscribe: () => () => undefined },
        watchChanges: () => () => undefined,
        connection: signal<'connected' | 'reconnecting'>('connected'),
      },
      preferences: signal(DEFAULT_PREFERENCES),
      onChange: () => this.peerToPeer.update(this.#view),
    });
    this.peerToPeer.update(view);
  }

  see(change: Partial<LinkView>): void {
    this.#view = { ...this.#view, ...change };
    this.peerToPeer.update(this.#view);
  }

  /** What it has said since it was last asked. */
  said(): readonly string[] {
    return this.told.splice(0).map(({ body }) => parseLinkMessage(body)?.content.type ?? '?');
  }
}

const viewOf = (self: PeerId, other: typeof ann): LinkView => ({
  selfPeerId: self,
  others: [other],
  mode: { type: 'p2p', standby: false, arrived: [] },
  placement: null,
  members: new Set([ann.peerId, bob.peerId]),
  hideAddress: false,
  isConnected: true,
  hasArrived: { p2p: false, sfu: false },
});

/** What each says reaches the other, until nobody says anything. */
const carry = async (one: Side, other: Side): Promise<void> => {
  await settled();
  while (one.told.length + other.told.length > 0) {
    for (const { body } of one.told.splice(0)) other.peerToPeer.hear(one.self, body);
    for (const { body } of other.told.splice(0)) one.peerToPeer.hear(other.self, body);
    await settled();
  }
};

const connected = async () => {
  const a = new Side(ann.peerId, viewOf(ann.peerId, bob));
  const b = new Side(bob.peerId, viewOf(bob.peerId, ann));
  await carry(a, b);
  for (const connection of FakeConnection.made) connection.become('connected');
  return { a, b };
};

const routed = {
  mode: { type: 'sfu', reason: 'people' },
  placement: 7,
} as const satisfies Partial<LinkView>;
const allRouted = { ...routed, hasArrived: { p2p: true, sfu: true } };

test('D1 who has the lower id offers, and the other answers', async () => {
  const a = new Side(ann.peerId, viewOf(ann.peerId, bob));
  const b = new Side(bob.peerId, viewOf(bob.peerId, ann));
  await settled();
  expect(a.said()).toEqual(['offer']);
  expect(b.said()).toEqual([]);
  expect(b.peerToPeer.link).toBeNull();
});

test('D1 with the offer and the answer there is one connection each, with senders', async () => {
  const { a, b } = await connected();
  expect(FakeConnection.made).toHaveLength(2);
  for (const { peerToPeer } of [a, b]) {
    expect(peerToPeer.link?.isUp).toBe(true);
    expect(peerToPeer.link?.senders).not.toBeNull();
    expect(peerToPeer.link?.received).toHaveLength(4);
  }
});

test('D4 a link ends when both have moved under the same placement', async () => {
  const { a, b } = await connected();
  a.see(allRouted);
  b.see(routed);
  await carry(a, b);
  expect([a, b].every(({ peerToPeer }) => peerToPeer.link !== null)).toBe(true);
  b.see(allRouted);
  await carry(a, b);
  expect([a.peerToPeer.link, b.peerToPeer.link]).toEqual([null, null]);
  expect(FakeConnection.made.map(({ connectionState }) => connectionState)).toEqual([
    'closed',
    'closed',
  ]);
});

test('D4 what was said of a move that came to nothing is not held against the next', async () => {
  const { a, b } = await connected();
  b.see(allRouted);
  await carry(a, b);
  const back = viewOf(ann.peerId, bob);
  a.see({ ...routed, hasArrived: back.hasArrived });
  a.see(back);
  b.see(viewOf(bob.peerId, ann));
  a.see(allRouted);
  await settled();
  expect(a.peerToPeer.link).not.toBeNull();
});

test('D4 what the other says before one knows of the move counts', async () => {
  const { a, b } = await connected();
  b.see(allRouted);
  await carry(a, b);
  a.see({});
  a.see(allRouted);
  await carry(a, b);
  expect([a.peerToPeer.link, b.peerToPeer.link]).toEqual([null, null]);
});

test('D4 a link that is not needed any more ends in any case', async () => {
  const { a } = await connected();
  a.see({ ...routed, placement: null });
  a.clock.advance(LEAVE_MS);
  expect(a.peerToPeer.link).not.toBeNull();
  a.see(routed);
  a.clock.advance(LEAVE_MS - 1);
  expect(a.peerToPeer.link).not.toBeNull();
  a.clock.advance(1);
  expect(a.peerToPeer.link).toBeNull();
});

test('D5 an end that was lost is made again; floods of offers are not', async () => {
  const { a, b } = await connected();
  b.peerToPeer.restart();
  await carry(a, b);
  expect(FakeConnection.made).toHaveLength(4);
  for (let link = 0; link < 50; link += 1) {
    const id = `11111111-0000-4000-8000-${String(link).padStart(12, '0')}`;
    const content = { type: 'offer', round: 1, sdp: 'v=0' } as const;
    b.peerToPeer.hear(a.self, encodeLinkMessage({ to: b.self, link: id, content }));
  }
  await settled();
  expect(FakeConnection.made.length).toBeLessThan(24);
});

test('D1 who has the higher id offers nothing, and is not heard offering', async () => {
  const { a, b } = await connected();
  const link = '11111111-0000-4000-8000-000000000000';
  const content = { type: 'offer', round: 1, sdp: 'v=0' } as const;
  a.peerToPeer.hear(b.self, encodeLinkMessage({ to: a.self, link, content }));
  await settled();
  expect(FakeConnection.made).toHaveLength(2);
  // For somebody else, as far as who signed it is concerned.
  const other = encodeLinkMessage({ to: peerId('cat'), link, content });
  b.peerToPeer.hear(a.self, other);
  expect(FakeConnection.made).toHaveLength(2);
});

test('D7 a link that is up waits for who comes back after a reset, and for nobody else', async () => {
  const { a, b } = await connected();
  for (const { peerToPeer } of [a, b]) peerToPeer.rejoin();
  a.see({ others: [] });
  a.clock.advance(REJOIN_MS - 1);
  a.see({ others: [bob] });
  a.clock.advance(REJOIN_MS);
  expect(a.peerToPeer.link?.isUp).toBe(true);
  a.see({ others: [] });
  expect(a.peerToPeer.link).toBeNull();
  b.see({ others: [] });
  b.see({ others: [peer('cat')], members: new Set([peerId('cat')]) });
  expect(b.peerToPeer.other).toBe(peerId('cat'));
});

test('D9 who hides their address offers nothing and answers nothing', async () => {
  const hiding = { ...viewOf(bob.peerId, ann), hideAddress: true };
  const a = new Side(ann.peerId, viewOf(ann.peerId, bob));
  const b = new Side(bob.peerId, hiding);
  await carry(a, b);
  expect(b.peerToPeer.link).toBeNull();
  expect(FakeConnection.made).toHaveLength(1);
  const other = new Side(ann.peerId, { ...viewOf(ann.peerId, bob), hideAddress: true });
  await settled();
  expect(other.said()).toEqual([]);
  b.see({ hideAddress: false });
  await settled();
  expect(b.peerToPeer.link).toBeNull();
});

test('D9 a link of who begins to hide ends soon, whatever others say, and tells nothing new', async () => {
  const { a } = await connected();
  const [connection] = FakeConnection.made;
  a.see({ hideAddress: true });
  a.said();
  connection?.onicecandidate({ candidate: { candidate: 'new', sdpMid: '0', sdpMLineIndex: 0 } });
  connection?.become('disconnected');
  a.clock.advance(HIDE_MS);
  await settled();
  expect(a.peerToPeer.link).toBeNull();
  expect(a.said()).not.toContain('candidates');
  expect(a.said()).not.toContain('offer');
});

test('D9 also one that was to end later', async () => {
  const { a } = await connected();
  a.see(routed);
  a.clock.advance(1_000);
  a.see({ hideAddress: true });
  a.clock.advance(HIDE_MS);
  expect(a.peerToPeer.link).toBeNull();
});

test('D9 a link that is not up yet ends at once', async () => {
  const a = new Side(ann.peerId, viewOf(ann.peerId, bob));
  await settled();
  a.see({ hideAddress: true });
  expect(a.peerToPeer.link).toBeNull();
});

test('C7 a link that never comes up is given up, once', async () => {
  const a = new Side(ann.peerId, viewOf(ann.peerId, bob));
  await settled();
  a.clock.advance(1_500);
  await settled();
  a.clock.advance(3_500);
  a.see({});
  await settled();
  expect(a.reported).toEqual(['slow', 'failed']);
  expect(a.peerToPeer.link).toBeNull();
  expect(FakeConnection.made).toHaveLength(1);
});
