// Janus as a forwarder: a video room with remote publishers, and `rtp_forward` to the sinks. A process of
// its own with a folder of its own; asked over its HTTP interface.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { freePort } from '../../test/support/free-port.ts';
import { type Forwarder, newKey, PICTURE, SUITE, VOICE } from './forwarder.ts';
import { ADDRESS } from './sfu.ts';

/** Undefined where it is not installed. */
export const janusProgram = (): string | undefined => {
  const program = process.env['SOTTO_JANUS'];
  return program === '' ? undefined : program;
};

const ROOM = 1;
const START_TIMEOUT_MS = 10_000;
const ASK_AGAIN_MS = 100;

/** All that is not needed is off: what runs is the core, one plugin and HTTP. */
const configFiles = (port: number): Readonly<Record<string, string>> => ({
  'janus.jcfg': `
general: { debug_level = 3, interface = "${ADDRESS}", session_timeout = 0 }
media: { rtp_port_range = "20000-29999" }
plugins: { disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }
transports: { disable = "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_websockets.so" }
`,
  'janus.transport.http.jcfg': `
general: { json = "compact", base_path = "/janus", http = true, port = ${port}, ip = "${ADDRESS}", https = false }
admin: { admin_http = false }
`,
  'janus.plugin.videoroom.jcfg': `
general: { }
room-${ROOM}: { description = "bench", publishers = 100, audiocodec = "opus", videocodec = "vp8" }
`,
});

const Answer = z.looseObject({ janus: z.string() });
const Made = z.looseObject({ data: z.looseObject({ id: z.number() }) });
const PluginAnswer = z.looseObject({
  plugindata: z.looseObject({ data: z.looseObject({ videoroom: z.string() }) }),
});
const Published = z.looseObject({
  plugindata: z.looseObject({ data: z.looseObject({ port: z.number() }) }),
});

const post = async (url: string, body: object): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ ...body, transaction: randomUUID() }),
  });
  return response.json();
};

/** Asks the plugin, and refuses what it refuses. */
const request = async (handle: string, body: object): Promise<unknown> => {
  const answer = await post(handle, { janus: 'message', body });
  if (Answer.parse(answer).janus !== 'success' || !PluginAnswer.safeParse(answer).success) {
    throw new Error(`Janus refuses: ${JSON.stringify(answer)}`);
  }
  return answer;
};

/** Gives the address of a handle of the video room plugin. */
const attach = async (url: string): Promise<string> => {
  const session = Made.parse(await post(url, { janus: 'create' }));
  const sessionUrl = `${url}/${session.data.id}`;
  const plugin = { janus: 'attach', plugin: 'janus.plugin.videoroom' };
  return `${sessionUrl}/${Made.parse(await post(sessionUrl, plugin)).data.id}`;
};

const untilReady = async (url: string, janus: ChildProcess): Promise<void> => {
  const startMs = performance.now();
  for (;;) {
    try {
      await fetch(`${url}/info`);
      return;
    } catch (error) {
      if (janus.exitCode !== null || performance.now() - startMs > START_TIMEOUT_MS) throw error;
      await pause(ASK_AGAIN_MS);
    }
  }
};

const spawnJanus = async (program: string, folder: string, port: number) => {
  for (const [name, text] of Object.entries(configFiles(port))) {
    await writeFile(path.join(folder, name), text);
  }
  const log = await open(path.join(folder, 'log'), 'w');
  const config = path.join(folder, 'janus.jcfg');
  const janus = spawn(program, [`--config=${config}`, `--configs-folder=${folder}`], {
    stdio: ['ignore', log.fd, log.fd],
  });
  await once(janus, 'spawn');
  await log.close();
  return janus;
};

export const startJanus = async (program: string): Promise<Forwarder> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sotto-janus-'));
  const port = await freePort();
  const janus = await spawnJanus(program, folder, port);
  const end = (): void => {
    janus.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  // Unlike a worker, it would go on without this process.
  process.once('exit', end);
  const close = async (): Promise<void> => {
    process.off('exit', end);
    const ended = janus.exitCode === null && janus.signalCode === null ? once(janus, 'exit') : null;
    end();
    await ended;
  };
  try {
    const url = `http://${ADDRESS}:${port}/janus`;
    await untilReady(url, janus);
    const handle = await attach(url);
    let published = 0;
    return {
      name: 'Janus',
      pids: () => (janus.pid === undefined ? [] : [janus.pid]),
      publish: async (index) => {
        published += 1;
        const answer = await request(handle, {
          request: 'add_remote_publisher',
          room: ROOM,
          id: index + 1,
          iface: ADDRESS,
          streams: [
            { type: 'audio', mindex: 0, mid: '0', codec: 'opus' },
            { type: 'video', mindex: 1, mid: '1', codec: 'vp8' },
          ],
        });
        return Published.parse(answer).plugindata.data.port;
      },
      forward: async (index, sinkPort) => {
        const srtp_crypto = newKey();
        for (let publisher = 0; publisher < published; publisher += 1) {
          // Of its own in the whole bench: by SSRC the sink tells streams apart.
          const ssrc = (index + 1) * 1_000 + publisher * 2;
          await request(handle, {
            request: 'rtp_forward',
            room: ROOM,
            publisher_id: publisher + 1,
            host: ADDRESS,
            host_family: 'ipv4',
            // Not in `streams`, where Janus overlooks them and sends plain RTP.
            srtp_suite: SUITE.bits,
            srtp_crypto,
            streams: [
              { mid: '0', port: sinkPort, ssrc, pt: VOICE.payloadType },
              { mid: '1', port: sinkPort, ssrc: ssrc + 1, pt: PICTURE.payloadType },
            ],
          });
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
