// Everything that mediasoup makes while a test runs, seen through its own observers.
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';

export interface MediaInventory {
  readonly routers: types.Router[];
  readonly levelObservers: types.RtpObserver[];
  readonly transports: types.Transport[];
  readonly producers: types.Producer[];
  readonly consumers: types.Consumer[];
  /** The id of the transport over which a producer or a consumer is. */
  transportOf(id: string): string | undefined;
  /** Told at each moment that something has been made, or a consumer paused. */
  onMade: () => void;
  stop(): void;
}

export const keepInventory = (): MediaInventory => {
  const transportIds = new Map<string, string>();
  const inventory: MediaInventory = {
    routers: [],
    levelObservers: [],
    transports: [],
    producers: [],
    consumers: [],
    transportOf: (id) => transportIds.get(id),
    onMade: () => undefined,
    stop: () => observer.off('newworker', onWorker),
  };
  const onWorker = (worker: types.Worker) => worker.observer.on('newrouter', onRouter);
  const onRouter = (router: types.Router) => {
    inventory.routers.push(router);
    router.observer.on('newtransport', onTransport);
    inventory.onMade();
    router.observer.on('newrtpobserver', (made) => inventory.levelObservers.push(made));
  };
  const onTransport = (transport: types.Transport) => {
    inventory.transports.push(transport);
    inventory.onMade();
    transport.observer.on('newproducer', (producer) => {
      inventory.producers.push(producer);
      transportIds.set(producer.id, transport.id);
      inventory.onMade();
    });
    transport.observer.on('newconsumer', (consumer) => {
      inventory.consumers.push(consumer);
      transportIds.set(consumer.id, transport.id);
      consumer.observer.on('pause', () => inventory.onMade());
      inventory.onMade();
    });
  };
  observer.on('newworker', onWorker);
  return inventory;
};

export const open = <T extends { readonly closed: boolean }>(all: readonly T[]): readonly T[] =>
  all.filter(({ closed }) => !closed);
