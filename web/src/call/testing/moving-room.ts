// A call's media in a room that a test places, moves and loses: with a server that answers for the
// placement that there is, and a browser that plays what a test says.
import { signal } from '@preact/signals';
import {
  type PeerId,
  type PeerView,
  type ProducerId,
  type RequestEnvelope,
  Requests,
  type StreamSource,
} from '@sotto/signaling/protocol';
import { Device } from 'mediasoup-client';
import * as fake from 'mediasoup-client/fakeParameters';
import type { RequestErrorCode } from '../../signaling/request-error.ts';
import { joined } from '../../signaling/testing/client-scene.ts';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import {
  eventAt,
  NO_STREAMS,
  peer,
  peerId,
  producerId,
  roomAt,
} from '../../signaling/testing/room-samples.ts';
import { settled } from '../../signaling/testing/turns.ts';
import { CallMedia } from '../call-media.ts';
import type { CallPath, KeyState } from '../call-state.ts';
import type { StreamOrigin } from '../encryption/frame-guard.ts';
import { OwnStreams } from '../own-streams.ts';
import { DEFAULT_PREFERENCES } from '../preferences.ts';
import { applyEvent, type Room } from '../room-state.ts';
import { createFakeBrowser, type FakeBrowser, FakeRtpReceiver } from './fake-rtp.ts';
import { FakeTrack } from './fake-track.ts';
import { answerTo } from './media-answers.ts';

const LOOK_EVERY_MS = 100;

const nothing = (): void => undefined;
const guarded = { ready: Promise.resolve(), detach: nothing };
const me = peerId('me');

export class MovingRoom {
  /** That of the page's timers; the client's own stands still. */
  readonly clock = new FakeClock();
  readonly browser: FakeBrowser;
  readonly media: CallMedia;
  readonly own: OwnStreams;
  readonly connection = signal<'connected' | 'reconnecting'>('connected');
  /** Requests that the server refused. */
  readonly stale: string[] = [];
  /** Placements that the page said to have arrived at. */
  readonly arrived: number[] = [];
  rebuildings = 0;
  /** Requests for key frames, as they came. */
  readonly keyFrames: unknown[] = [];
  /** Refuses `arrived` while it is false. */
  takesArrivals = true;
  /** What it says to requests under a placement that there is not. */
  refusal: RequestErrorCode = 'stale-placement';
  room: Room;
  readonly #scene = joined();
  readonly #receivers = new Map<ProducerId, FakeRtpReceiver>();
  readonly #placements = new Map<ProducerId, number>();
  readonly #opened = new Set<ProducerId>();
  #answered = 0;
  #produced = 0;

  private constructor(
    device: Device,
    browser: FakeBrowser,
    mode: Room['mode'],
    others: readonly string[],
  ) {
    this.browser = browser;
    this.#answered = this.#scene.server.socket.received.length;
    this.room = { ...roomAt(5, [peer('me'), ...others.map((name) => peer(name))]), mode };
    const { clock, connection } = this;
    this.own = new OwnStreams({
      setStream: (source, on) => this.#scene.client.request('set-stream', { source, on }),
      closeStream: (source) => this.#scene.client.request('close-stream', { source }),
      recorded: () => this.peer('me').streams,
      onRefused: (source) => {
        throw new Error(`${source} was refused`);
      },
    });
    this.media = new CallMedia({
      request: (method, data) => this.#scene.client.request(method, data),
      device,
      network: {
        iceServers: { current: [], subscribe: () => nothing },
        watchChanges: () => nothing,
        connection,
      },
      encryption: {
        attachSender: () => guarded,
        attachReceiver: (receiver: RTCRtpReceiver, { producerId: id }: StreamOrigin) => {
          if (receiver instanceof FakeRtpReceiver && id !== null) this.#receivers.set(id, receiver);
          return guarded;
        },
        canOpen: () => true,
        maySend: () => true,
        stateOf: (origin: StreamOrigin) => this.#stateOf(origin),
        tell: async () => undefined,
      },
      preferences: signal(DEFAULT_PREFERENCES),
      state: {
        callPath: signal<CallPath | null>(null),
        levels: signal<ReadonlyMap<PeerId, number>>(new Map()),
        micLevel: signal(0),
        micOn: signal(false),
      },
      clock,
      random: () => 0.5,
      onCarriers: (carriers) => this.own.sendOver(carriers),
      onTracks: nothing,
      onRebuilding: () => {
        this.rebuildings += 1;
      },
    });
  }

  /** In a call through the server, unless said otherwise; the room is nowhere yet. */
  static async open(
    others: readonly string[],
    mode: Room['mode'] = { type: 'sfu', reason: 'people' },
  ): Promise<MovingRoom> {
    const browser = createFakeBrowser();
    const device = await Device.factory(browser);
    await device.load({ routerRtpCapabilities: fake.generateRouterRtpCapabilities() });
    return new MovingRoom(device, browser, mode, others);
  }

  peer(name: string): PeerView {
    const found = this.room.peers.find((one) => one.peerId === peerId(name));
    if (found === undefined) throw new Error(`${name} is not here`);
    return found;
  }

  /** What the server tells, and all that the page makes of it. */
  async tell(event: string, data: unknown): Promise<void> {
    this.apply(event, data);
    await this.run();
  }

  /** Several of these make one batch: nothing is answered between them. */
  apply(event: string, data: unknown): void {
    this.room = applyEvent(this.room, eventAt(this.room.position.version + 1, event, data));
    this.#show();
  }

  /** What the room is after the page was away. */
  async see(changed: Partial<Room>): Promise<void> {
    this.room = { ...this.room, ...changed };
    this.#show();
    await this.run();
  }

  /** The same as a snapshot: of what came under another placement the record knows nothing. */
  async find(changed: Pick<Room, 'placement' | 'leaving'>): Promise<void> {
    const peers = this.room.peers.map((one) => ({
      ...one,
      streams: { ...NO_STREAMS, mic: { on: one.streams.mic.on }, cam: { on: one.streams.cam.on } },
    }));
    await this.see({ ...changed, peers });
  }

  /** Until nothing is asked any more. */
  async run(): Promise<void> {
    const { received } = this.#scene.server.socket;
    let seen = -1;
    while (seen !== received.length) {
      seen = received.length;
      for (const request of received.slice(this.#answered)) this.#answer(request);
      this.#answered = seen;
      this.own.pursueAll();
      await settled();
    }
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.run();
  }

  /** Somebody else's stream under the placement that there is. */
  async produce(name: string, source: StreamSource): Promise<void> {
    const stream = { on: true, producerId: this.nextProducer() };
    await this.tell('stream-changed', { peerId: peerId(name), source, stream });
  }

  /** Under the placement that there is. */
  nextProducer(): ProducerId {
    this.#produced += 1;
    const id = producerId(`producer${this.#produced}`);
    this.#placements.set(id, this.room.placement ?? 0);
    return id;
  }

  /** Frames of it are opened and decoded, by the way that the record has now. */
  async play(name: string, source: StreamSource): Promise<void> {
    const { producerId: id } = this.peer(name).streams[source];
    const receiver = id === undefined ? undefined : this.#receivers.get(id);
    if (id === undefined || receiver === undefined) throw new Error('it is not received');
    this.#opened.add(id);
    receiver.played += 1;
    await this.pass(LOOK_EVERY_MS);
    await this.pass(LOOK_EVERY_MS);
  }

  /** The own camera or microphone, or what one shares. */
  async send(source: StreamSource): Promise<MediaStreamTrack> {
    const track = new FakeTrack(source === 'mic' ? 'audio' : 'video', `own ${source}`);
    this.own.want(source, { state: 'on', track });
    await this.run();
    return track;
  }

  /** The placement under which what is shown came; null when nothing is. */
  shown(name: string, source: StreamSource): number | null {
    const track = this.media.tracks.get(`${peerId(name)} ${source}`);
    for (const [id, receiver] of this.#receivers) {
      if (receiver.track === track) return this.#placements.get(id) ?? null;
    }
    return null;
  }

  keyState(name: string, source: StreamSource): KeyState | null {
    return this.media.keyState(peerId(name), source);
  }

  close(): void {
    this.media.close();
    this.own.close();
    this.#scene.client.close();
  }

  #stateOf({ producerId: id }: StreamOrigin): KeyState | null {
    return id !== null && this.#opened.has(id) ? 'ok' : null;
  }

  #show(): void {
    const others = this.room.peers.filter((one) => one.peerId !== me);
    this.media.show({
      selfPeerId: me,
      room: this.room,
      others,
      tiles: others.flatMap((one) => [
        { peerId: one.peerId, kind: 'cam', widthPx: 300 },
        { peerId: one.peerId, kind: 'screen', widthPx: 300 },
      ]),
      isHidden: false,
      members: new Set(others.map((one) => one.peerId)),
    });
  }

  #answer(request: RequestEnvelope): void {
    const { socket } = this.#scene.server;
    const { method, data } = request;
    const placed = Requests.arrived.data.safeParse(data).data;
    if (placed !== undefined && placed.placement !== this.room.placement) {
      this.stale.push(`${method} ${placed.placement}`);
      socket.refuse(request, this.refusal);
    } else if (method === 'arrived' && !this.takesArrivals) {
      socket.refuse(request, 'rate-limited');
    } else {
      if (method === 'arrived') this.arrived.push(this.room.placement ?? 0);
      if (method === 'request-key-frames') this.keyFrames.push(data);
      const { answer, changed } = answerTo(request, this.room, () => this.nextProducer());
      socket.answer(request, answer);
      if (changed !== null) this.apply('stream-changed', { peerId: me, ...changed });
    }
  }
}
