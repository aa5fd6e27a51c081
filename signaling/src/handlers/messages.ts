// What people's pages say to each other under the group's keys (PROTOCOL K7).
import { Requests } from '../protocol/index.ts';
import { bind, membershipOf, takeAllowance } from './context.ts';

const appMessage = bind(Requests['app-message'], async (context, { to, envelope }) => {
  const { roomId, peerId: from } = membershipOf(context);
  takeAllowance(context, 'appMessages');
  await context.deps.rooms.post(roomId, { from, envelope, ...(to !== undefined && { to }) });
  return { data: {} };
});

export const messageHandlers = { 'app-message': appMessage };
