// From the data of a call, as it came, to the media server: parsed by the call's own schema.
import * as z from 'zod/mini';
import { badParameters } from './media-errors.ts';
import type { MediaCalls } from './protocol.ts';
import { type CallMethod, Calls } from './rpc-messages.ts';

export type BoundCall = (data: unknown) => Promise<unknown>;

const bind =
  <D extends z.core.$ZodType, A extends z.core.$ZodType>(
    call: { readonly data: D; readonly answer: A },
    run: (data: z.output<D>) => Promise<z.input<A>>,
  ): BoundCall =>
  async (data) => {
    const parsed = z.safeParse(call.data, data);
    if (parsed.success) return run(parsed.data);
    const paths = parsed.error.issues.slice(0, 5).map(({ path }) => path.join('.') || 'data');
    throw badParameters(`not as the protocol has it: ${paths.join(', ')}`);
  };

/** Each begins what it asks for before it first waits, so that calls are begun in the order of their coming. */
export const bindCalls = (server: MediaCalls): Readonly<Record<CallMethod, BoundCall>> => ({
  heldRooms: bind(Calls.heldRooms, () => server.heldRooms()),
  ensureRoom: bind(Calls.ensureRoom, (data) => server.ensureRoom(data)),
  closeRoom: bind(Calls.closeRoom, (data) => server.closeRoom(data)),
  closePeer: bind(Calls.closePeer, (data) => server.closePeer(data)),
  drain: bind(Calls.drain, (data) => server.drain(data)),
  openTransport: bind(Calls.openTransport, (data) => server.openTransport(data)),
  connectTransport: bind(Calls.connectTransport, (data) => server.connectTransport(data)),
  restartIce: bind(Calls.restartIce, (data) => server.restartIce(data)),
  produce: bind(Calls.produce, (data) => server.produce(data)),
  setProducerPaused: bind(Calls.setProducerPaused, (data) => server.setProducerPaused(data)),
  closeProducer: bind(Calls.closeProducer, (data) => server.closeProducer(data)),
  consume: bind(Calls.consume, (data) => server.consume(data)),
  view: bind(Calls.view, (data) => server.view(data)),
  requestKeyFrames: bind(Calls.requestKeyFrames, (data) => server.requestKeyFrames(data)),
});
