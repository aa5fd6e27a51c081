// What one shard pulls in from the others (PROTOCOL M19): each stream once, from the shard where it is sent,
// for as long as there is a consumer of it here, and flowing only while one of them is on.
import type { RoomProducer } from './peer-producers.ts';
import type { CarriedStream, OpenPipeLink, PipeLink } from './pipe-link.ts';
import type { Shard } from './shard.ts';

/** A stream as a shard has it, for one consumer there. */
export interface Feed {
  /** Under which the shard's router knows the stream. */
  readonly producerId: string;
  /** Whether the consumer is on. What no consumer of the shard wants is not sent to it. */
  setOn(on: boolean): Promise<void>;
  /** Once the consumer has been closed. */
  end(): void;
}

/** From one other shard, while something is pulled from there. */
interface Link {
  readonly from: Shard;
  readonly opened: Promise<PipeLink>;
  pipes: number;
}

interface Pipe {
  readonly link: Link;
  readonly opened: Promise<CarriedStream>;
  readonly consumers: Set<{ on: boolean }>;
}

export class Pipes {
  readonly #to: Shard;
  readonly #openLink: OpenPipeLink;
  readonly #links = new Map<Shard, Link>();
  readonly #pipes = new Map<string, Pipe>();

  constructor(to: Shard, openLink: OpenPipeLink) {
    this.#to = to;
    this.#openLink = openLink;
  }

  /** Rejects with `not-found` when the stream has ended meanwhile. */
  async pull(from: RoomProducer): Promise<Feed> {
    const { id } = from.producer;
    const pipe = this.#pipes.get(id) ?? this.#open(from);
    const consumer = { on: false };
    pipe.consumers.add(consumer);
    const end = (): void => {
      if (!pipe.consumers.delete(consumer)) return;
      if (pipe.consumers.size === 0) this.#close(id, pipe);
      else if (consumer.on) setOn(pipe).catch(() => this.#close(id, pipe));
    };
    try {
      const { producerId } = await pipe.opened;
      return {
        producerId,
        setOn: (on) => {
          consumer.on = on;
          return setOn(pipe);
        },
        end,
      };
    } catch (error) {
      end();
      throw error;
    }
  }

  #open({ producer, shard }: RoomProducer): Pipe {
    const link = this.#links.get(shard) ?? this.#openLinkFrom(shard);
    link.pipes += 1;
    const opened = link.opened.then((open) =>
      open.carry(producer, () => this.#close(producer.id, pipe)),
    );
    const pipe: Pipe = { link, opened, consumers: new Set() };
    this.#pipes.set(producer.id, pipe);
    return pipe;
  }

  #openLinkFrom(from: Shard): Link {
    const opened = Promise.all([from.opened, this.#to.opened]).then(([far, here]) =>
      this.#openLink(far.router, here.router),
    );
    const link: Link = { from, opened, pipes: 0 };
    this.#links.set(from, link);
    return link;
  }

  #close(producerId: string, pipe: Pipe): void {
    if (this.#pipes.get(producerId) !== pipe) return;
    this.#pipes.delete(producerId);
    whenOpen(pipe, (stream) => stream.close());
    const { link } = pipe;
    link.pipes -= 1;
    if (link.pipes > 0) return;
    this.#links.delete(link.from);
    whenOpen(link, (open) => open.close());
  }
}

const setOn = async ({ opened, consumers }: Pipe): Promise<void> =>
  (await opened).setOn([...consumers].some(({ on }) => on));

/** Never, when it could not be opened: whoever waits for it has been told. */
const whenOpen = <T>({ opened }: { readonly opened: Promise<T> }, act: (open: T) => void): void => {
  opened.then(act, () => undefined);
};
