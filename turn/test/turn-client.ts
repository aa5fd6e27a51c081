// A TURN client over UDP (RFC 8656) of just what tests of coturn's configuration ask: an allocation,
// and permissions for peers.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

const COOKIE = 0x2112a442;
const HEADER_BYTES = 20;
/** Of an attribute's type and length. */
const ATTRIBUTE_HEADER_BYTES = 4;
const INTEGRITY_BYTES = 20;
const ANSWER_TIMEOUT_MS = 5_000;

const METHOD = { allocate: 0x003, createPermission: 0x008 } as const;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  peer: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  family: 0x0017,
  transport: 0x0019,
} as const;
const FAMILY = { ipv4: 1, ipv6: 2 } as const;
const UDP = 17;

export interface Credentials {
  readonly username: string;
  readonly credential: string;
}

export interface TurnClient {
  /** The error code, 0 for none; of the request that carries the credentials, where they are given. */
  allocate(family: keyof typeof FAMILY, credentials?: Credentials): Promise<number>;
  /** Of the last allocation. */
  permit(peer: string): Promise<number>;
  close(): void;
}

type Attribute = readonly [type: number, value: Buffer];

const attribute = ([type, value]: Attribute): Buffer => {
  const header = Buffer.alloc(ATTRIBUTE_HEADER_BYTES);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(value.length, 2);
  return Buffer.concat([header, value, Buffer.alloc(-value.length & 3)]);
};

const message = (
  method: number,
  transaction: Buffer,
  attributes: readonly Attribute[],
  key?: Buffer,
) => {
  const body = Buffer.concat(attributes.map(attribute));
  const header = Buffer.alloc(8);
  const integrityBytes = key === undefined ? 0 : ATTRIBUTE_HEADER_BYTES + INTEGRITY_BYTES;
  header.writeUInt16BE(method, 0);
  header.writeUInt16BE(body.length + integrityBytes, 2);
  header.writeUInt32BE(COOKIE, 4);
  const text = Buffer.concat([header, transaction, body]);
  if (key === undefined) return text;
  const integrity = createHmac('sha1', key).update(text).digest();
  return Buffer.concat([text, attribute([ATTRIBUTE.integrity, integrity])]);
};

const attributesOf = (answer: Buffer): ReadonlyMap<number, Buffer> => {
  const found = new Map<number, Buffer>();
  for (let at = HEADER_BYTES; at + ATTRIBUTE_HEADER_BYTES <= answer.length;) {
    const length = answer.readUInt16BE(at + 2);
    const start = at + ATTRIBUTE_HEADER_BYTES;
    found.set(answer.readUInt16BE(at), answer.subarray(start, start + length));
    at = start + length + (-length & 3);
  }
  return found;
};

const errorIn = (attributes: ReadonlyMap<number, Buffer>): number => {
  const value = attributes.get(ATTRIBUTE.errorCode);
  return value === undefined ? 0 : (value[2] ?? 0) * 100 + (value[3] ?? 0);
};

const groupsOf = (part: string | undefined): readonly string[] =>
  (part ?? '').split(':').filter(Boolean);

/** The 16 bytes of an IPv6 address, or the 4 of an IPv4 one. */
const addressBytes = (address: string): Buffer => {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...before, ...zeros, ...after].entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  }
  return bytes;
};

/** XOR-PEER-ADDRESS (RFC 8489 §14.2), of any port. */
const xorAddress = (address: string, transaction: Buffer): Buffer => {
  const cookie = Buffer.alloc(4);
  cookie.writeUInt32BE(COOKIE);
  const mask = Buffer.concat([cookie, transaction]);
  const bytes = addressBytes(address).map((byte, index) => byte ^ (mask[index] ?? 0));
  return Buffer.concat([Buffer.from([0, isIPv6(address) ? 2 : 1, 0x30, 0x39]), bytes]);
};

export const openTurnClient = async (address: string, port: number): Promise<TurnClient> => {
  const socket = createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  let authenticate: { readonly attributes: readonly Attribute[]; readonly key: Buffer } | null =
    null;

  const ask = async (method: number, attributes: (transaction: Buffer) => readonly Attribute[]) => {
    const transaction = randomBytes(12);
    const all = [...attributes(transaction), ...(authenticate?.attributes ?? [])];
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    socket.send(message(method, transaction, all, authenticate?.key), port, address);
    const [answer] = await answered;
    return attributesOf(answer);
  };

  return {
    allocate: async (family, credentials) => {
      const wanted = (): readonly Attribute[] => [
        [ATTRIBUTE.transport, Buffer.from([UDP, 0, 0, 0])],
        [ATTRIBUTE.family, Buffer.from([FAMILY[family], 0, 0, 0])],
      ];
      const first = await ask(METHOD.allocate, wanted);
      if (credentials === undefined) return errorIn(first);
      const realm = first.get(ATTRIBUTE.realm) ?? Buffer.alloc(0);
      const nonce = first.get(ATTRIBUTE.nonce) ?? Buffer.alloc(0);
      const { username, credential } = credentials;
      authenticate = {
        attributes: [
          [ATTRIBUTE.username, Buffer.from(username)],
          [ATTRIBUTE.realm, realm],
          [ATTRIBUTE.nonce, nonce],
        ],
        key: createHash('md5').update(`${username}:${realm.toString()}:${credential}`).digest(),
      };
      return errorIn(await ask(METHOD.allocate, wanted));
    },
    permit: async (peer) =>
      errorIn(
        await ask(METHOD.createPermission, (transaction) => [
          [ATTRIBUTE.peer, xorAddress(peer, transaction)],
        ]),
      ),
    close: () => void socket.close(),
  };
};
