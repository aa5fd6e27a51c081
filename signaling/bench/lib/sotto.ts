// Sotto as a contestant, and rooms of it for the other benches.
import * as z from 'zod/mini';
import { anyEnvelope, anyPoint, anyTag } from '../../test/support/group-samples.ts';
import { bearer, JOIN_HASH } from '../../test/support/rooms.ts';
import { fromElsewhere, ScriptClient } from '../../test/support/script-client.ts';
import type { ScriptCluster } from '../../test/support/script-cluster.ts';
import { type BenchRoom, type Contestant, inTurns, MESSAGE_BYTES } from './contestant.ts';

const post = async (
  url: string,
  headers: Record<string, string>,
  body?: string,
): Promise<unknown> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, ...fromElsewhere() },
    ...(body !== undefined && { body }),
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
};

export const urlAt = ({ nodes }: ScriptCluster, index: number): string =>
  nodes[index % nodes.length]?.url ?? '';

export const newRoom = async (cluster: ScriptCluster): Promise<string> => {
  const body = JSON.stringify({ joinHash: JOIN_HASH });
  const url = `${urlAt(cluster, 0)}/api/rooms`;
  const made = await post(url, { 'content-type': 'application/json' }, body);
  return z.parse(z.object({ roomId: z.string() }), made).roomId;
};

export const newToken = async (cluster: ScriptCluster, roomId: string): Promise<string> => {
  const made = await post(`${urlAt(cluster, 0)}/api/rooms/${roomId}/token`, bearer());
  return z.parse(z.object({ token: z.string() }), made).token;
};

/** Who opens a socket and joins; the node is the one of that number. */
export const come = async (
  cluster: ScriptCluster,
  token: string,
  index: number,
): Promise<ScriptClient> => {
  const client = new ScriptClient();
  await client.open(urlAt(cluster, index));
  await client.join(token);
  return client;
};

export interface SottoRoom {
  readonly people: readonly ScriptClient[];
  close(): void;
}

export const openRoom = async (cluster: ScriptCluster, people: number): Promise<SottoRoom> => {
  const roomId = await newRoom(cluster);
  const came = await inTurns(people, async (index) =>
    come(cluster, await newToken(cluster, roomId), index),
  );
  return {
    people: came,
    close: () => {
      for (const client of came) client.end();
    },
  };
};

type Say = (speaker: ScriptClient) => Promise<unknown>;

const benchRoom = async (
  cluster: ScriptCluster,
  people: number,
  event: string,
  say: Say,
): Promise<BenchRoom> => {
  const room = await openRoom(cluster, people);
  const [speaker, ...hearers] = room.people;
  if (speaker === undefined) throw new Error('nobody came');
  // Messages are for members of the group: one who makes it is one.
  await speaker.request('create-group', { group: anyPoint(1), prev: null, tag: anyTag() });
  const bench: BenchRoom = {
    speak: async () => {
      await say(speaker);
    },
    hearers: hearers.length,
    onHeard: () => undefined,
    close: () => room.close(),
  };
  for (const hearer of hearers) {
    hearer.onEvent = (heard) => {
      if (heard.event === event) bench.onHeard();
    };
  }
  return bench;
};

const cpuMs = async ({ nodes }: ScriptCluster): Promise<number> => {
  const reports = await Promise.all(nodes.map((node) => node.report()));
  return reports.reduce((sum, report) => sum + report.cpuMs, 0);
};

/** Application messages: numbered, kept for those who resume, told to all. */
export const sottoMessages = (cluster: ScriptCluster): Contestant => {
  const envelope = anyEnvelope(MESSAGE_BYTES);
  const say: Say = (speaker) => speaker.request('app-message', { envelope });
  return {
    name: 'Sotto message',
    openRoom: (people) => benchRoom(cluster, people, 'app-message', say),
    cpuMs: () => cpuMs(cluster),
  };
};

/** Facts of the record: compared, appended, told to all. */
export const sottoFacts = (cluster: ScriptCluster): Contestant => {
  let on = false;
  const say: Say = (speaker) => {
    on = !on;
    return speaker.request('set-stream', { source: 'mic', on });
  };
  return {
    name: 'Sotto fact',
    openRoom: (people) => benchRoom(cluster, people, 'stream-changed', say),
    cpuMs: () => cpuMs(cluster),
  };
};
