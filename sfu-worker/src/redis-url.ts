// REDIS_URL in its four forms, for media nodes and for signaling. What is wrong with one is said without
// repeating any of it: there may be a password in it.
//   redis://[user[:password]@]host[:port][/db]                one server; rediss:// with TLS
//   redis+cluster://[user[:password]@]host[:port],…           Redis Cluster; rediss+cluster://
//   redis+sentinel://[user[:password]@]host[:port],…/NAME[/db]  the master NAME; rediss+sentinel://
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

interface Access {
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

export type RedisTarget = Access &
  (
    | { readonly kind: 'single'; readonly address: RedisAddress; readonly db: number }
    | { readonly kind: 'cluster'; readonly addresses: readonly RedisAddress[] }
    | {
        readonly kind: 'sentinel';
        readonly addresses: readonly RedisAddress[];
        readonly name: string;
        readonly db: number;
      }
  );

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;
const HIGHEST_PORT = 65_535;

const URL_PARTS =
  /^redis(?<tls>s?)(?:\+(?<kind>cluster|sentinel))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^?#]*))?$/;
const HOST = /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>\d{1,5}))?$/;
const DB = /^\d{1,4}$/;
const MASTER_NAME = /^[A-Za-z0-9._-]+$/;

const wrong = (what: string): RangeError => new RangeError(`REDIS_URL: ${what}`);

const addressOf = (text: string, defaultPort: number): RedisAddress => {
  const { v6, name, port } = HOST.exec(text)?.groups ?? {};
  const host = v6 ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number < 1 || number > HIGHEST_PORT) {
    throw wrong('a host must be a name or an address, and may have :port');
  }
  return { host, port: number };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('what is special in a user or a password is written as %XX');
  }
};

const accessOf = (tls: boolean, user = '', password = ''): Access => ({
  tls,
  ...(user !== '' && { username: decoded(user) }),
  ...(password !== '' && { password: decoded(password) }),
});

const dbOf = (text = ''): number => {
  if (text !== '' && !DB.test(text)) throw wrong('a database is a number');
  return Number(text);
};

/** Throws RangeError that says what is wrong, and nothing of the URL. */
export const parseRedisUrl = (url: string): RedisTarget => {
  const parts = URL_PARTS.exec(url)?.groups;
  if (parts === undefined) {
    throw wrong(
      'must be redis:// or rediss://, with +cluster or +sentinel before the colon or not',
    );
  }
  const { tls, kind, user, password, hosts = '', path = '' } = parts;
  const access = accessOf(tls === 's', user, password);
  const port = kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT;
  const addresses = hosts.split(',').map((host) => addressOf(host, port));
  if (kind === 'cluster') {
    if (path !== '') throw wrong('a cluster has no databases');
    return { kind, ...access, addresses };
  }
  if (kind === 'sentinel') {
    const [name = '', db, ...rest] = path.split('/');
    if (!MASTER_NAME.test(name) || rest.length > 0) {
      throw wrong('after the sentinels comes /NAME of the master, and then /db or nothing');
    }
    return { kind, ...access, addresses, name, db: dbOf(db) };
  }
  const [address] = addresses;
  if (address === undefined || addresses.length > 1) throw wrong('one server has one host');
  return { kind: 'single', ...access, address, db: dbOf(path) };
};
