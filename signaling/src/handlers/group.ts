// A group's keys: what is said about them is ordered in the record, and readiness is counted beside it
// (PROTOCOL K1–K6).
import { roomTag } from '../auth/room-ids.ts';
import { type RequestAnswer, Requests } from '../protocol/index.ts';
import type { Command } from '../rooms/decide.ts';
import { roomView } from '../rooms/views.ts';
import { bind, type HandlerContext, membershipOf, type Reply, takeAllowance } from './context.ts';

type Kind = 'create-group' | 'key-package' | 'commit' | 'bad-commit';

/** Has the record decide; one line for what changed, without a word of what travelled. */
const order = async (
  context: HandlerContext,
  command: Extract<Command, { type: Kind }>,
): Promise<Reply<RequestAnswer<Kind>>> => {
  const { deps } = context;
  const { roomId, peerId } = membershipOf(context);
  const { record, changed } = await deps.rooms.execute(roomId, command);
  if (changed) {
    const { epoch, givenUp } = record.group ?? {};
    const where = { room: roomTag(roomId), peer: peerId, epoch, givenUp };
    deps.log.info({ ...where, command: command.type }, 'group changed');
  }
  return { version: record.version, data: {} };
};

const by = (context: HandlerContext) => {
  const { peerId, session } = membershipOf(context);
  return { peerId, session };
};

const createGroup = bind(Requests['create-group'], async (context, data) => {
  const who = by(context);
  takeAllowance(context, 'costly');
  return order(context, { type: 'create-group', ...data, ...who });
});

const keyPackage = bind(Requests['key-package'], async (context, data) => {
  const who = by(context);
  takeAllowance(context, 'costly');
  return order(context, { type: 'key-package', ...data, ...who });
});

const commit = bind(Requests.commit, async (context, data) =>
  order(context, {
    type: 'commit',
    ...data,
    ...by(context),
    atMs: context.deps.clock.now(),
  }),
);

const badCommit = bind(Requests['bad-commit'], async (context, data) =>
  order(context, { type: 'bad-commit', ...data, ...by(context) }),
);

const epochReady = bind(Requests['epoch-ready'], async (context, { group, tag }) => {
  const { roomId, peerId } = membershipOf(context);
  await context.deps.rooms.ready(roomId, peerId, group, tag);
  return { data: {} };
});

const readRoom = bind(Requests['read-room'], async (context) => {
  const { roomId } = membershipOf(context);
  takeAllowance(context, 'costly');
  // From here on nothing is told before the answer: it is the room as of the last fact before it.
  const record = await context.deps.rooms.look(roomId, () => context.session.hold());
  return { version: record.version, data: { room: roomView(record) } };
});

export const groupHandlers = {
  'create-group': createGroup,
  'key-package': keyPackage,
  commit,
  'bad-commit': badCommit,
  'epoch-ready': epochReady,
  'read-room': readRoom,
};
