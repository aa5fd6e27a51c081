// One call: devices before and during it, the way into the room, and what the views may ask.
import { computed, effect, signal } from '@preact/signals';
import type { RoomId, StreamSource } from '@sotto/signaling/protocol';
import { Device } from 'mediasoup-client';
import { joinKeyOf } from '../link/room-secret.ts';
import { backoffMs } from '../signaling/backoff.ts';
import { browserClock } from '../signaling/clock.ts';
import {
  fetchJoinToken,
  fetchPeopleCount,
  HttpError,
  type HttpErrorCode,
} from '../signaling/http.ts';
import { browserSocket, signalingUrl } from '../signaling/socket.ts';
import { wakeUps } from '../signaling/wake-ups.ts';
import { createAllowance } from './allowance.ts';
import {
  type Call,
  type ChosenDevices,
  createCallState,
  type FailReason,
  type Notice,
  type VisibleTile,
} from './call-state.ts';
import { canEncrypt } from './encryption/encryption.ts';
import { failReasonOfError } from './fail-reason.ts';
import { LocalMedia } from './local-media.ts';
import { Meeting } from './meeting.ts';
import { watchNetwork } from './network/network-changes.ts';
import type { WantedStream } from './own-stream-step.ts';
import { watchVisibility } from './page-visibility.ts';
import { DEFAULT_PREFERENCES, type Preferences } from './preferences.ts';
import type { OwnStreamsDeps } from './own-streams.ts';
import { ScreenShare } from './screen-share.ts';

const device = (on: boolean, track: MediaStreamTrack | null): WantedStream => ({
  state: on && track !== null ? 'on' : 'off',
  track,
});

const share = (track: MediaStreamTrack | null): WantedStream => ({
  state: track === null ? 'closed' : 'on',
  track,
});

/** Sessions that end by themselves within this time before the call fails. */
const EXPIRIES_ALLOWED = 3;
const EXPIRIES_WITHIN_MS = 60_000;

/** The network or the server is away for a moment. */
const PASSING: ReadonlySet<HttpErrorCode> = new Set(['unreachable', 'busy']);

/** One way in and out: after `left` or `failed` another call is made. `secret`: of the link. */
export const createCall = (roomId: RoomId, secret: string, chosen: ChosenDevices): Call => {
  const state = createCallState();
  const preferences = signal<Preferences>(DEFAULT_PREFERENCES);
  const detailsWatchers = signal(0);
  const areDetailsWatched = computed(() => detailsWatchers.value > 0);
  const visibility = watchVisibility(browserClock, document);
  const joinKey = joinKeyOf(secret);
  state.microphoneId.value = chosen.microphoneId;
  state.cameraId.value = chosen.cameraId;
  state.speakerId.value = chosen.speakerId;
  const onNotice = (notice: Notice): void => {
    // The same trouble again is news again.
    state.notice.value = null;
    state.notice.value = notice;
  };
  const local = new LocalMedia({ state, preferences, onNotice });
  const screen = new ScreenShare({ state, onNotice });
  const ended = new AbortController();
  const allowExpiry = createAllowance(EXPIRIES_ALLOWED, EXPIRIES_WITHIN_MS);
  /** What ends with the meeting. */
  let stops: readonly (() => void)[] = [];
  let meeting: Meeting | null = null;
  /** For the next meeting too, where one takes the place of another. */
  let tiles: readonly VisibleTile[] = [];

  const close = (): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    for (const stop of stops) stop();
    meeting?.leave();
    screen.close();
    local.close();
    visibility.close();
  };

  const fail = (reason: FailReason): void => {
    if (ended.signal.aborted) return;
    close();
    state.phase.value = { name: 'failed', reason };
  };

  const leave = (): void => {
    if (ended.signal.aborted) return;
    const joinedAt = state.joinedAt.value;
    close();
    state.phase.value = {
      name: 'left',
      joinedForMs: joinedAt === null ? 0 : Date.now() - joinedAt,
    };
  };

  const turnOff = (source: StreamSource): void => {
    switch (source) {
      case 'mic':
        local.mic.turnOff();
        return;
      case 'cam':
        local.cam.turnOff();
        return;
      case 'screen':
        screen.stop();
        return;
      case 'screenAudio':
        screen.stopAudio();
        return;
    }
  };

  /** What the server does not let on goes off here too. */
  const onRefused: OwnStreamsDeps['onRefused'] = (source) => {
    onNotice('request-refused');
    turnOff(source);
  };

  const onLeak = (source: StreamSource): void => {
    onNotice('leak-stopped');
    turnOff(source);
  };

  /** Never rejects. */
  const enter = async (displayName: string): Promise<void> => {
    try {
      if (await canEncrypt()) await joinAs(displayName);
      else fail('unsupported-browser');
    } catch (error) {
      fail(failReasonOfError(error));
    }
  };

  /** After a session that ended by itself: for as long as it takes, but not again and again. */
  const enterAgain = async (displayName: string, attempt = 0): Promise<void> => {
    state.connection.value = 'reconnecting';
    try {
      await joinAs(displayName);
    } catch (error) {
      const isPassing = error instanceof HttpError && PASSING.has(error.code);
      if (isPassing && !ended.signal.aborted) {
        const wait = backoffMs(attempt, Math.random);
        browserClock.after(wait, () => void enterAgain(displayName, attempt + 1));
      } else {
        fail(failReasonOfError(error));
      }
    }
  };

  const onExpired = (displayName: string): void => {
    for (const stop of stops) stop();
    if (allowExpiry(performance.now())) void enterAgain(displayName);
    else fail('internal');
  };

  const joinAs = async (displayName: string): Promise<void> => {
    const [token, rtcDevice] = await Promise.all([
      fetchJoinToken(roomId, joinKey),
      Device.factory(),
    ]);
    if (ended.signal.aborted) return;
    const joined = new Meeting({
      client: {
        openSocket: browserSocket(signalingUrl(location)),
        clock: browserClock,
        random: Math.random,
        watchWakeUps: wakeUps(watchNetwork),
      },
      watchNetwork,
      token,
      roomId,
      secret,
      displayName,
      device: rtcDevice,
      state,
      preferences,
      isHidden: visibility.isHidden,
      onRefused,
      onNotice,
      onLeak,
      onEnded: fail,
      onExpired: () => onExpired(displayName),
    });
    meeting = joined;
    joined.showTiles(tiles);
    const { ownStreams } = joined;
    stops = [
      effect(() => ownStreams.want('mic', device(state.micOn.value, state.micTrack.value))),
      effect(() => ownStreams.want('cam', device(state.camOn.value, state.camTrack.value))),
      effect(() => ownStreams.want('screen', share(state.screenTrack.value))),
      effect(() => ownStreams.want('screenAudio', share(screen.audioTrack.value))),
      effect(() => joined.useSpeaker(state.speakerId.value)),
      effect(() => (areDetailsWatched.value ? joined.watchDetails() : undefined)),
    ];
  };

  // Whoever closes the tab or goes elsewhere has left, and nobody should wait for them.
  window.addEventListener('pagehide', leave, { signal: ended.signal });

  return {
    state,
    openDevices: () => local.open(),
    join: async (displayName) => {
      if (state.phase.value.name !== 'idle') return;
      state.selfName.value = displayName;
      state.phase.value = { name: 'joining', isDelayed: false };
      // What went wrong before is no news in there.
      state.notice.value = null;
      await enter(displayName);
    },
    leave,
    setMic: async (on) => {
      if (on) await local.mic.turnOn();
      else local.mic.turnOff();
    },
    setCamera: async (on) => {
      if (on) await local.cam.turnOn();
      else local.cam.turnOff();
    },
    setScreen: async (on) => {
      if (on) await screen.start();
      else screen.stop();
    },
    chooseMicrophone: (deviceId) => local.mic.choose(deviceId),
    chooseCamera: (deviceId) => local.cam.choose(deviceId),
    chooseSpeaker: async (deviceId) => {
      state.speakerId.value = deviceId;
    },
    sendChat: async (text) => meeting?.keys.conversation.sendChat(text),
    react: async (symbol) => meeting?.keys.conversation.react(symbol),
    setHand: async (raised) => meeting?.keys.conversation.setHand(raised),
    safetyCode: async () => (await meeting?.keys.safetyCode()) ?? null,
    markCompared: () => meeting?.keys.markCompared(),
    prefer: (preferred) => {
      preferences.value = preferred;
    },
    watchDetails: () => {
      detailsWatchers.value += 1;
      let isWatching = true;
      return () => {
        if (isWatching) detailsWatchers.value -= 1;
        isWatching = false;
      };
    },
    showTiles: (shown) => {
      tiles = shown;
      meeting?.showTiles(shown);
    },
    countPeople: async () => {
      try {
        return await fetchPeopleCount(roomId, joinKey);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        // Said at once, before somebody types a name for nothing.
        if (error.code === 'room-not-found' && state.phase.value.name === 'idle') fail(error.code);
        return null;
      }
    },
    close,
  };
};
