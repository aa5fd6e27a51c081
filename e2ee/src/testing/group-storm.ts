// One storm: whatever can happen to a room happens, in an order that the seed picks; then it is still.
import { GroupWorld } from './group-world.ts';

async function strike(world: GroupWorld, names: { next: number }): Promise<void> {
  const { random } = world;
  const connected = [...world.clients.values()].filter((client) => client.connected);
  const gone = [...world.clients.values()].filter((client) => !client.connected);
  switch (random.int(13)) {
    case 0:
    case 1:
    case 2:
      if (connected.length < 7) {
        names.next += 1;
        await world.join(`p${names.next}`);
      }
      break;
    case 3:
      if (connected.length > 1) world.leave(random.pick(connected).peerId);
      break;
    case 4:
    case 5:
      if (connected.length > 1) world.disconnect(random.pick(connected).peerId);
      break;
    case 6:
      if (gone.length > 0) world.reconnect(random.pick(gone).peerId);
      break;
    case 7:
      // Forty-five seconds without a socket: the record lets it go.
      if (gone.length > 0) world.leave(random.pick(gone).peerId);
      break;
    case 9: {
      const [{ peerId } = { peerId: '' }] = random.shuffle(connected);
      const { group } = world.server.view();
      if (group === null || connected.length < 4) break;
      names.next += 1;
      const messageId = `garbage${names.next}`;
      const envelope = new Uint8Array(200).fill(names.next);
      const tagHash = 'AAAAAAAAAAA';
      world.server.commit(peerId, { messageId, group, tagHash, envelope, welcomes: [] });
      break;
    }
    case 10:
    case 11: {
      // One message to one client is lost on the way, whatever it is.
      const [victim] = random.shuffle(connected);
      const kind = random.pick(['commit', 'key-package', 'epoch-ready', 'peer-connected'] as const);
      world.tamper = (to, event) => {
        if (to !== victim?.peerId || event.type !== kind) return event;
        world.tamper = (_, any) => any;
        return null;
      };
      break;
    }
    case 12:
      if (random.int(3) === 0) world.loseRecord();
      break;
    case 8:
      if (connected.length > 0) {
        random.pick(connected).runner.handle({ type: 'messages-sent', count: 150 });
      }
      break;
  }
}

/** Throws, with the seed, where the room does not become one group again. */
export async function storm(seed: number, strikes: number): Promise<GroupWorld> {
  const world = new GroupWorld(seed);
  const names = { next: 0 };
  try {
    await world.join('p0');
    for (let index = 0; index < strikes; index += 1) {
      await strike(world, names);
      if (world.random.int(4) === 0) await world.settle();
      else await world.pass(world.random.int(900));
    }
    world.tamper = (_, event) => event;
    for (const { peerId, connected } of world.clients.values()) {
      if (!connected) world.reconnect(peerId);
    }
    await world.pass(5000);
    // A last commit that never came is found with the next one: here at once, else within the hour.
    for (const { runner } of [...world.clients.values()].slice(0, 1)) {
      runner.handle({ type: 'messages-sent', count: 150 });
    }
    await world.settle();
    await world.converge(180_000);
    return world;
  } catch (cause) {
    throw new Error(`seed ${seed}`, { cause });
  } finally {
    world.close();
  }
}
