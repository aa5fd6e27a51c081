// What a client does to have media, step by step, without a browser.
import { micParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import { OFFERED_CAPABILITIES } from '../../src/media/offered-capabilities.ts';
import type { ProducerId } from '../../src/protocol/index.ts';
import type { TestClient } from './test-client.ts';

/** Gives the transport's id. */
export const openSend = async (client: TestClient): Promise<string> => {
  const placement = await client.placed();
  return (await client.request('open-transport', { direction: 'send', placement })).id;
};

/** Gives the transport's id. */
export const openReceive = async (client: TestClient): Promise<string> => {
  const placement = await client.placed();
  const rtpCapabilities = OFFERED_CAPABILITIES;
  const request = { direction: 'receive', placement, rtpCapabilities };
  return (await client.request('open-transport', request)).id;
};

export const produceMic = async (client: TestClient): Promise<ProducerId> => {
  await openSend(client);
  const { producerId } = await client.request('produce', {
    source: 'mic',
    on: true,
    placement: client.placement,
    rtpParameters: micParameters(),
  });
  return producerId;
};

/** How many consumers there are of these now. */
export const consume = async (
  client: TestClient,
  ...producerIds: readonly ProducerId[]
): Promise<number> => {
  await openReceive(client);
  const { placement } = client;
  const { consumers } = await client.request('consume', { placement, producerIds });
  return consumers.length;
};

export const count = (client: TestClient, name: string): number =>
  client.names().filter((other) => other === name).length;
