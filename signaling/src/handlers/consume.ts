// What a peer receives: consumers for many producers at once, and one view of what is wanted
// (PROTOCOL M5, M6).
import { ConsumerDescription, Requests } from '../protocol/index.ts';
import { bind, membershipOf } from './context.ts';
import { callPlaced, placeOf } from './placement.ts';

const consume = bind(Requests.consume, async (context, { placement, producerIds }) => {
  const { deps } = context;
  const place = placeOf(deps, membershipOf(context), placement);
  const consumers = await callPlaced(context, place, (node) =>
    node.consume({ ...place.key, producerIds }),
  );
  // The media node speaks mediasoup's types; what leaves here is what the protocol has.
  return { data: { consumers: consumers.map((one) => ConsumerDescription.parse(one)) } };
});

const view = bind(Requests.view, async (context, { placement, view: wanted }) => {
  const { deps } = context;
  const place = placeOf(deps, membershipOf(context), placement);
  await callPlaced(context, place, (node) => node.view({ ...place.key, view: wanted }));
  return { data: {} };
});

const requestKeyFrames = bind(
  Requests['request-key-frames'],
  async (context, { placement, producerIds }) => {
    const { deps } = context;
    const place = placeOf(deps, membershipOf(context), placement);
    await callPlaced(context, place, (node) =>
      node.requestKeyFrames({ ...place.key, producerIds }),
    );
    return { data: {} };
  },
);

export const consumeHandlers = { consume, view, 'request-key-frames': requestKeyFrames };
