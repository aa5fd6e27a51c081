// Takes the search for bandwidth out of a measurement: it takes a worker a minute to find that there is as
// much as everybody wants at the highest layer. What it costs to look at packets and feedback stays.
import { observer, type types } from 'mediasoup';

/** More than anybody in the bench receives. */
const AMPLE_BPS = 200_000_000;

const grant = (transport: types.Transport): void => {
  transport.observer.once('newconsumer', () => {
    transport.setMinOutgoingBitrate(AMPLE_BPS).catch((error: unknown) => {
      if (!transport.closed) console.error('no ample bandwidth:', error);
    });
  });
};

const onWorker = (worker: types.Worker): void => {
  worker.observer.on('newrouter', (router) => {
    router.observer.on('newtransport', grant);
  });
};

/** For all transports that receive, of all workers that start from now on; gives the end of it. */
export const grantAmpleBandwidth = (): (() => void) => {
  observer.on('newworker', onWorker);
  return () => void observer.off('newworker', onWorker);
};
