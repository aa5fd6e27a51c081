// Everything that mediasoup makes while a test runs, seen through its own observers.
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';

export interface MediaInventory {
  readonly routers: types.Router[];
  readonly levelObservers: types.RtpObserver[];
  readonly transports: types.Transport[];
  readonly producers: types.Producer[];
  readonly consumers: types.Consumer[];
  stop(): void;
}

export const keepInventory = (): MediaInventory => {
  const inventory: MediaInventory = {
    routers: [],
    levelObservers: [],
    transports: [],
    producers: [],
    consumers: [],
    stop: () => observer.off('newworker', onWorker),
  };
  const onWorker = (worker: types.Worker) => worker.observer.on('newrouter', onRouter);
  const onRouter = (router: types.Router) => {
    inventory.routers.push(router);
    router.observer.on('newtransport', onTransport);
    router.observer.on('newrtpobserver', (made) => inventory.levelObservers.push(made));
  };
  const onTransport = (transport: types.Transport) => {
    inventory.transports.push(transport);
    transport.observer.on('newproducer', (producer) => inventory.producers.push(producer));
    transport.observer.on('newconsumer', (consumer) => inventory.consumers.push(consumer));
  };
  observer.on('newworker', onWorker);
  return inventory;
};

export const open = <T extends { readonly closed: boolean }>(all: readonly T[]): readonly T[] =>
  all.filter(({ closed }) => !closed);
