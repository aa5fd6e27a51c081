// What people's pages say to each other under the group's keys (PROTOCOL K7).
import { hasCode } from '../errors.ts';
import { Requests } from '../protocol/index.ts';
import { bind, membershipOf, takeAllowance } from './context.ts';

const appMessage = bind(Requests['app-message'], async (context, { to, envelope }) => {
  const { roomId, peerId: from } = membershipOf(context);
  takeAllowance(context, 'appMessages');
  try {
    await context.deps.rooms.post(roomId, { from, envelope, ...(to !== undefined && { to }) });
  } catch (error) {
    // Pages ask again for as long as the store is away; that is no more said than once.
    if (hasCode(error, 'unavailable')) context.session.giveBack('appMessages');
    throw error;
  }
  return { data: {} };
});

export const messageHandlers = { 'app-message': appMessage };
