// In which of a cluster's slots a key or channel is: CRC16 (XMODEM) of it, or of what is between its first
// braces (Redis Cluster specification, "Hash tags").
const SLOTS = 16_384;

const crc16 = (bytes: Uint8Array): number =>
  bytes.reduce((sum, byte) => {
    let crc = sum ^ (byte << 8);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : 0x1021);
    return crc & 0xffff;
  }, 0);

export const keySlot = (key: string): number => {
  const tag = /\{([^}]+)\}/.exec(key)?.[1] ?? key;
  return crc16(new TextEncoder().encode(tag)) % SLOTS;
};
