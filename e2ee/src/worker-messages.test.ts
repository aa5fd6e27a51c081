import { describe, expect, it } from 'vitest';
import { epochKeys, groupOf } from './testing/frame-world.ts';
import { parseKeyMessage } from './worker-messages.ts';

describe('messages of the keys', () => {
  it('F29 are taken when they are whole', async () => {
    const keys = await epochKeys('alice', groupOf(1), 3);
    expect(parseKeyMessage({ type: 'install', keys })).toEqual({ type: 'install', keys });
    const point = { groupId: groupOf(1), epoch: 3 };
    expect(parseKeyMessage({ type: 'send-in', point })).toEqual({ type: 'send-in', point });
    expect(parseKeyMessage({ type: 'wipe' })).toEqual({ type: 'wipe' });
  });

  it('F10 F29 are refused with a key that can be read out, or anything missing', async () => {
    const keys = await epochKeys('alice', groupOf(1), 3);
    const extractable = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, [
      'encrypt',
    ]);
    for (const changes of [
      { baseKey: extractable },
      { baseKey: new Uint8Array(16) },
      { groupId: 'short' },
      { epoch: -1 },
      { epoch: 1.5 },
      { ownLeaf: undefined },
      { leaves: { alice: 0 } },
      { leaves: new Map([['alice', '0']]) },
      { canSend: 'yes' },
    ]) {
      expect(parseKeyMessage({ type: 'install', keys: { ...keys, ...changes } })).toBeUndefined();
    }
    for (const message of [null, 'wipe', {}, { type: 'install' }, { type: 'send-in', point: {} }]) {
      expect(parseKeyMessage(message)).toBeUndefined();
    }
  });
});
