// Every request and who answers it; the compiler holds it to the protocol's list.
import type { Method } from '../protocol/index.ts';
import { callModeHandlers } from './call-mode.ts';
import { consumeHandlers } from './consume.ts';
import type { BoundHandler } from './context.ts';
import { groupHandlers } from './group.ts';
import { membershipHandlers } from './membership.ts';
import { messageHandlers } from './messages.ts';
import { produceHandlers } from './produce.ts';
import { transportHandlers } from './transports.ts';

export const handlers: Readonly<Record<Method, BoundHandler>> = {
  ...membershipHandlers,
  ...transportHandlers,
  ...produceHandlers,
  ...consumeHandlers,
  ...groupHandlers,
  ...messageHandlers,
  ...callModeHandlers,
};
