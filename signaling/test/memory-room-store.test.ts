// The memory store under the contracts of all stores.
import { createMemoryRoomStore } from '../src/rooms/memory-room-store.ts';
import { describeRoomLanes } from './contracts/room-lanes.ts';
import { describeRoomStore, type MakeStore } from './contracts/room-store.ts';

const makeStore: MakeStore = async (logBytes) => createMemoryRoomStore(logBytes);

describeRoomStore('memory', makeStore);
describeRoomLanes('memory', makeStore);
