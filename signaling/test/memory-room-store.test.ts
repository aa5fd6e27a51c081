// The memory store under the contract of all stores.
import { createMemoryRoomStore } from '../src/rooms/memory-room-store.ts';
import { describeRoomStore } from './contracts/room-store.ts';

describeRoomStore('memory', async (logBytes) => createMemoryRoomStore(logBytes));
