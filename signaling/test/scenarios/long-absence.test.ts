// Coming back to much that was said meanwhile (PROTOCOL J5, V6).
import { expect, it } from 'vitest';
import { RESUME_BYTES } from '../../src/handlers/missed.ts';
import { anyCommit, anyEnvelope, pointAfter } from '../support/group-samples.ts';
import { describeScenarios } from '../support/harness.ts';
import { count, isCommit, type Meeting, meet, named } from '../support/meeting.ts';
import { TestClient } from '../support/test-client.ts';

const COMMIT_BYTES = 75_000;

/** Ada and Bob commit in turn, from an epoch on; base64url makes a third more of each. */
const commitMany = async (meeting: Meeting, from: number, commits: number): Promise<void> => {
  for (let made = from; made < from + commits; made += 1) {
    const commit = anyCommit(pointAfter(meeting.group, made));
    const author = meeting.members[made % 2];
    await author?.request('commit', { ...commit, envelope: anyEnvelope(COMMIT_BYTES) });
  }
};

describeScenarios('long absences', (getWorld) => {
  it('J5 V6 what is too much for one answer is answered with the room', async () => {
    const meeting = await meet(getWorld(), 3);
    const { ada, carol } = named(meeting);
    const back = async (former: TestClient) => {
      const client = await TestClient.connect(meeting.world.urls.at(-1) ?? '');
      return { client, answer: await client.resume(former) };
    };
    carol.cut();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    await commitMany(meeting, 0, 4);
    const some = await back(carol);
    if (some.answer.kind !== 'events') throw new Error('events were expected');
    expect(some.answer.events.filter(isCommit)).toHaveLength(4);
    some.client.cut();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(2);
    await commitMany(meeting, 4, 6);
    await ada.request('app-message', { envelope: anyEnvelope() });
    const much = await back(some.client);
    if (much.answer.kind !== 'snapshot') throw new Error('the room was expected');
    expect(much.answer.room.group).toMatchObject(pointAfter(meeting.group, 10));
    expect(much.answer.messages).toHaveLength(1);
    expect(Buffer.byteLength(JSON.stringify(much.answer))).toBeLessThan(RESUME_BYTES);
    // Nothing is missing after it.
    await commitMany(meeting, 10, 1);
    const last = await much.client.heard('commit');
    expect(last.data.commit.group).toEqual(pointAfter(meeting.group, 10));
  });
});
