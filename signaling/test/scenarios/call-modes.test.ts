// Two, three and two people again: what all of them hear, and what the media node holds (PROTOCOL C).
import { expect, it } from 'vitest';
import { micParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import type { CallMode, PeerToPeerOutcome, RoomId } from '../../src/protocol/index.ts';
import { BACK_TO_PEER_TO_PEER_MS, PLACE_RETRY_MS } from '../../src/rooms/call-modes.ts';
import { describeScenarios, type Scene } from '../support/harness.ts';
import { count, level } from '../support/meeting.ts';
import { fetchToken } from '../support/rooms.ts';
import { TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

const DIRECT: CallMode = { type: 'p2p', standby: false, arrived: [] };
const STANDBY: CallMode = { type: 'p2p', standby: true, arrived: [] };

/** What the client was told last. */
const modeOf = (client: TestClient): CallMode => {
  const told = client.recordEvents().findLast(({ event }) => event === 'mode-changed');
  return told?.event === 'mode-changed' ? told.data.mode : client.session.room.mode;
};

const say = (client: TestClient, outcome: PeerToPeerOutcome, other: TestClient) =>
  client.request('peer-to-peer', { with: other.peerId, outcome });

const produceMic = async (client: TestClient): Promise<string> => {
  const placement = await client.placed();
  await client.request('open-transport', { direction: 'send', placement });
  const rtpParameters = micParameters();
  const mic = { source: 'mic', on: true, placement, rtpParameters };
  return (await client.request('produce', mic)).producerId;
};

const mediaRooms = ({ media }: Scene): number =>
  media.load().reduce((sum, { rooms }) => sum + rooms, 0);

const backTogether = async (world: Scene, ada: TestClient, bob: TestClient) => {
  await level(ada, bob);
  await world.pass(BACK_TO_PEER_TO_PEER_MS, [ada, bob]);
  await expect.poll(() => modeOf(ada).type).toBe('p2p');
  await level(ada, bob);
};

const joinHidden = async (world: Scene, roomId: RoomId): Promise<TestClient> => {
  const url = world.urls[0] ?? '';
  const client = await TestClient.connect(url);
  await client.join(await fetchToken(url, roomId), { direct: false });
  return client;
};

describeScenarios(
  'call modes',
  (getWorld) => {
    const start = async () => {
      const world = getWorld();
      const roomId = await world.newRoom();
      const [ada, bob] = [await world.join(roomId), await world.join(roomId)];
      // Those of other tests are still there.
      const before = mediaRooms(world);
      return { world, roomId, ada, bob, roomsMade: () => mediaRooms(world) - before };
    };

    it('C1 two people are told that they are direct, and no media node is asked', async () => {
      const { world, roomId, ada, bob } = await start();
      for (const client of [ada, bob]) expect(client.session.room.mode).toEqual(DIRECT);
      await world.pass(10 * PLACE_RETRY_MS, [ada, bob]);
      expect((await world.record(roomId)).home).toBeNull();
      await ada.request('set-stream', { source: 'mic', on: true });
      await bob.heard('stream-changed');
      const open = ada.request('open-transport', { direction: 'send', placement: 1 });
      await expect(open).rejects.toEqual(refusal('stale-placement'));
      expect(ada.names()).not.toContain('room-placed');
    });

    it('C2 C6 C8 two, three, two, ten times: all hear the same, and nothing stays behind', async () => {
      const { world, roomId, ada, bob, roomsMade } = await start();
      for (let round = 1; round <= 10; round += 1) {
        const carol = await world.join(roomId);
        expect(carol.session.room.mode).toEqual({ type: 'sfu', reason: 'people' });
        await expect.poll(() => count(ada, 'room-placed')).toBe(round);
        await carol.placed();
        await level(ada, bob, carol);
        await Promise.all([ada, bob, carol].map(produceMic));
        expect(roomsMade()).toBe(1);
        await carol.request('leave', {});
        await backTogether(world, ada, bob);
        expect(modeOf(bob)).toEqual(STANDBY);
        const [one, other] = round % 2 === 0 ? [ada, bob] : [bob, ada];
        await say(one, 'arrived', other);
        expect((await world.record(roomId)).home).not.toBeNull();
        await say(other, 'arrived', one);
        await level(ada, bob);
        expect(count(ada, 'media-lost')).toBe(round);
        expect(modeOf(ada)).toEqual(DIRECT);
        expect(roomsMade()).toBe(0);
        const { peers, home } = await world.record(roomId);
        expect(home).toBeNull();
        expect(peers.map(({ streams }) => streams.mic)).toEqual([{ on: true }, { on: true }]);
      }
      expect(ada.names().filter((name) => name !== 'peer-joined')).toEqual(
        bob.names().filter((name) => name !== 'peer-joined'),
      );
    });

    it('C2 the two hear of the third and of the mode in that order, together', async () => {
      const { world, roomId, ada, bob } = await start();
      const carol = await world.join(roomId);
      await level(ada, bob, carol);
      const names = ada.names();
      const at = names.lastIndexOf('peer-joined');
      expect(names.slice(at, at + 2)).toEqual(['peer-joined', 'mode-changed']);
    });

    it('C8 not before 15 s, not with three, and anew when somebody was away', async () => {
      const { world, roomId, ada, bob } = await start();
      const carol = await world.join(roomId);
      await world.pass(2 * BACK_TO_PEER_TO_PEER_MS, [ada, bob, carol]);
      expect((await world.record(roomId)).mode.type).toBe('sfu');
      await carol.request('leave', {});
      await level(ada, bob);
      await world.pass(BACK_TO_PEER_TO_PEER_MS - 1, [ada, bob]);
      bob.cut();
      await ada.heard('peer-disconnected');
      const back = await TestClient.connect(world.urls.at(-1) ?? '');
      await world.pass(1, [ada]);
      await back.resume(bob);
      await expect.poll(() => count(ada, 'peer-resumed')).toBe(1);
      await world.pass(BACK_TO_PEER_TO_PEER_MS - 1, [ada, back]);
      expect((await world.record(roomId)).mode.type).toBe('sfu');
      await world.pass(1, [ada, back]);
      await expect.poll(() => modeOf(ada).type).toBe('p2p');
    });

    it('C8 a reload of one of two starts directly again, and ends what was on standby', async () => {
      const { world, roomId, ada, bob, roomsMade } = await start();
      await say(ada, 'slow', bob);
      await Promise.all([ada, bob].map(produceMic));
      await say(ada, 'arrived', bob);
      expect(roomsMade()).toBe(1);
      bob.goAway();
      await ada.heard('media-lost');
      expect(modeOf(ada)).toEqual(DIRECT);
      await expect.poll(roomsMade).toBe(0);
      const again = await world.join(roomId);
      expect(again.session.room).toMatchObject({ mode: DIRECT, placement: null });
    });

    it('C4 a hidden address moves the room to the media node, and shown again back', async () => {
      const { world, roomId, ada, bob } = await start();
      await bob.request('set-direct', { direct: false });
      const told = await ada.heard('direct-changed');
      expect(told.data).toEqual({ peerId: bob.peerId, direct: false });
      expect(modeOf(ada)).toEqual({ type: 'sfu', reason: 'address-hidden' });
      await ada.placed();
      await world.pass(2 * BACK_TO_PEER_TO_PEER_MS, [ada, bob]);
      expect((await world.record(roomId)).mode.type).toBe('sfu');
      await bob.request('set-direct', { direct: true });
      await backTogether(world, ada, bob);
      expect(modeOf(bob)).toEqual(STANDBY);
      const hidden = await joinHidden(world, await world.newRoom());
      expect(hidden.session.room.mode).toEqual({ type: 'sfu', reason: 'address-hidden' });
      expect(hidden.session.room.peers[0]?.direct).toBe(false);
      expect(await hidden.placed()).toBeGreaterThan(0);
    });

    it('C5 C7 slow, then failed: ready first, then used, and not tried again', async () => {
      const { world, roomId, ada, bob } = await start();
      await Promise.all([say(ada, 'slow', bob), say(bob, 'slow', ada)]);
      const placement = await ada.placed();
      await Promise.all([ada, bob].map(produceMic));
      await Promise.all([say(ada, 'failed', bob), say(bob, 'failed', ada)]);
      await level(ada, bob);
      expect(modeOf(bob)).toEqual({ type: 'sfu', reason: 'not-connected' });
      expect(bob.placement).toBe(placement);
      expect(count(ada, 'room-placed')).toBe(1);
      for (const late of ['arrived', 'slow', 'failed'] as const) await say(ada, late, bob);
      await world.pass(2 * BACK_TO_PEER_TO_PEER_MS, [ada, bob]);
      expect((await world.record(roomId)).mode.type).toBe('sfu');
      expect(count(ada, 'mode-changed')).toBe(2);
    });

    it('C6 a third who joins while two arrive finds all of it there', async () => {
      const { world, roomId, ada, bob } = await start();
      await say(ada, 'slow', bob);
      const placement = await ada.placed();
      const [, carol] = await Promise.all([say(ada, 'arrived', bob), world.join(roomId)]);
      await say(bob, 'arrived', ada);
      await level(ada, bob, carol);
      const { mode, home } = await world.record(roomId);
      expect(mode).toEqual({ type: 'sfu', reason: 'people' });
      expect(home).not.toBeNull();
      expect(await carol.placed()).toBe(placement);
      expect(count(ada, 'media-lost')).toBe(0);
    });

    it('C6 both arrive at once at two nodes: the media is left once', async () => {
      const { ada, bob, roomsMade } = await start();
      for (let round = 1; round <= 5; round += 1) {
        await Promise.all([say(ada, 'slow', bob), say(bob, 'slow', ada)]);
        await expect.poll(() => count(ada, 'room-placed')).toBe(round);
        await level(ada, bob);
        await Promise.all([ada, bob].map(produceMic));
        expect(roomsMade()).toBe(1);
        await Promise.all([say(ada, 'arrived', bob), say(bob, 'arrived', ada)]);
        await level(ada, bob);
        expect(modeOf(ada)).toEqual(DIRECT);
        expect(count(bob, 'media-lost')).toBe(round);
      }
      await expect.poll(roomsMade).toBe(0);
    });

    it('J5 C2 who was away during a change hears of it with all else', async () => {
      const { world, roomId, ada, bob } = await start();
      // Else Bob's coming is among what Ada missed.
      await level(ada, bob);
      ada.cut();
      await bob.heard('peer-disconnected');
      const carol = await world.join(roomId);
      await carol.placed();
      const back = await TestClient.connect(world.urls.at(-1) ?? '');
      const answer = await back.resume(ada);
      if (answer.kind !== 'events') throw new Error('events were expected');
      const names = answer.events.map(({ event }) => event);
      expect(names).toEqual(expect.arrayContaining(['mode-changed', 'room-placed']));
      expect(names.indexOf('mode-changed')).toBe(names.indexOf('peer-joined') + 1);
      const { room } = await back.request('read-room', {});
      expect(room.mode).toEqual({ type: 'sfu', reason: 'people' });
    });

    it('V4 C1 a record that is lost begins directly again; with three on the media node', async () => {
      const { world, roomId, ada, bob } = await start();
      const carol = await world.join(roomId);
      await carol.placed();
      await level(ada, bob, carol);
      await world.store.delete(roomId, ada.at);
      await ada.request('set-stream', { source: 'mic', on: true }).catch(() => undefined);
      await ada.heard('room-reset');
      expect((await ada.join(ada.session.sessionToken)).room.mode).toEqual(DIRECT);
      for (const other of [bob, carol]) {
        await other.heard('room-reset');
        await other.join(other.session.sessionToken);
      }
      expect(carol.session.room.mode).toEqual({ type: 'sfu', reason: 'people' });
      await expect.poll(async () => (await world.record(roomId)).home).not.toBeNull();
    });

    it('M8 C5 a worker that dies on standby is replaced', async () => {
      const { world, ada, bob } = await start();
      await say(ada, 'slow', bob);
      await Promise.all([ada, bob].map(produceMic));
      for (const pid of world.media.workerPids()) process.kill(pid, 'SIGKILL');
      await bob.heard('media-lost');
      const placedAgain = async () => {
        await world.pass(PLACE_RETRY_MS, [ada, bob]);
        return count(bob, 'room-placed');
      };
      await expect.poll(placedAgain, { timeout: 20_000 }).toBe(2);
      expect(modeOf(ada)).toEqual(STANDBY);
      const produceSoon = async () => {
        await world.pass(PLACE_RETRY_MS, [ada, bob]);
        return produceMic(ada).catch(() => '');
      };
      await expect.poll(produceSoon, { timeout: 20_000 }).toHaveLength(16);
      await say(ada, 'arrived', bob);
      await say(bob, 'arrived', ada);
      await expect.poll(() => mediaRooms(world)).toBe(0);
    });
  },
  { callMode: 'auto' },
);
