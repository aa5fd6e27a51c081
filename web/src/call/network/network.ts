// What the connections of a call, to the media node or peer to peer, have to know of the network.
import type { ReadonlySignal } from '@preact/signals';
import type { Cancel } from '../../signaling/clock.ts';
import type { IceServerList } from './ice-servers.ts';
import type { WatchNetwork } from './network-changes.ts';
import type { Recovery } from './recovery.ts';

export interface Network {
  readonly iceServers: IceServerList;
  readonly watchChanges: WatchNetwork;
  /** Of signaling. */
  readonly connection: ReadonlySignal<'connected' | 'reconnecting'>;
}

/**
 * Tells a connection's recovery of the network until it is cancelled. Browsers say little of addresses
 * that change, but they end their sockets: when signaling is back and nothing comes any more, the
 * network is taken to be another one.
 */
export const followNetwork = (
  { watchChanges, connection }: Network,
  recovery: Recovery,
  isReceiving: () => Promise<boolean>,
): Cancel => {
  let wasAway = false;
  let isEnded = false;
  const look = async (): Promise<void> => {
    if (!(await isReceiving()) && !isEnded) recovery.onNetworkChange();
  };
  const stops = [
    watchChanges(() => recovery.onNetworkChange()),
    connection.subscribe((state) => {
      recovery.onSignaling(state === 'connected');
      if (state === 'connected' && wasAway) void look();
      wasAway = state === 'reconnecting';
    }),
  ];
  return () => {
    isEnded = true;
    for (const stop of stops) stop();
  };
};
