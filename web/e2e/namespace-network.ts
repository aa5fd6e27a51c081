// A network of this machine's own, for tests that spoil it: hosts in network namespaces, each with a
// router's cable to it, and a router that can block, lose and slow down what it forwards. Needs root.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** For a vitest that runs by itself; `npm run test:long` names nft, and installs both. */
const NFT_PLACES = ['/usr/sbin/nft', '/sbin/nft'];

const findNft = (): string | undefined =>
  process.env['SOTTO_NFT'] ?? NFT_PLACES.find((file) => existsSync(file));

/** Namespaces are removed with the process that made them, or by the next one. */
const PREFIX = /^sotto-(\d+)-/;

export interface Host {
  /** Of its namespace, for `prefix`. */
  readonly name: string;
  /** Put before a command that is to run there. */
  readonly prefix: readonly string[];
  /** Of its first cable. */
  readonly address: string;
  /** Another cable, into another network, without a way out by it yet. */
  addCable(index: number): Cable;
  readonly cable: Cable;
}

/** An interface of a host, and the router's end of it. */
export interface Cable {
  readonly address: string;
  /** With the way out: as a client of DHCP sets it up. */
  plugIn(): void;
  /** Its routes go with it. */
  pull(): void;
  /** Another address of the same network, and the way out by it. */
  readdress(): void;
  /** What goes to that host and what comes from it; null: as fast as the machine. */
  limit(kbitPerSecond: number | null): void;
  /** Each way; only where `hasNetem`. */
  delay(ms: number, jitterMs: number): void;
}

export interface Network {
  addHost(name: string, index: number): Host;
  /** nft rules for what is forwarded; none: everything is. */
  filter(...rules: readonly string[]): void;
  close(): void;
}

const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const ip = (...words: readonly string[]): string =>
  run('ip', ...words.flatMap((word) => word.split(' ')));

const exists = (pid: number): boolean => existsSync(`/proc/${pid}`);

const removeOld = (): void => {
  for (const line of ip('netns list').split('\n')) {
    const [name = ''] = line.split(' ');
    const pid = PREFIX.exec(name)?.[1];
    if (pid !== undefined && !exists(Number(pid))) ip('netns del', name);
  }
};

/** `how`: for tc; null: as fast as the machine. */
const shape = (namespace: string, device: string, how: string | null): void => {
  const command = how === null ? 'del' : 'replace';
  const words = `netns exec ${namespace} tc qdisc ${command} dev ${device} root ${how ?? ''}`;
  ip(words.trim());
};

/** Why there can be no such network on this machine; null where there can. */
export const whyNoNetwork = (): string | null => {
  if (process.getuid?.() !== 0) return 'needs root';
  if (findNft() === undefined) return 'no nft';
  const name = `sotto-${process.pid}-probe`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'no network namespaces';
  ip('netns del', name);
  return null;
};

/** Whether this kernel can delay packets. */
export const hasNetem = (): boolean => {
  const name = `sotto-${process.pid}-netem`;
  ip('netns add', name);
  const delayed = spawnSync('ip', [
    'netns',
    'exec',
    name,
    'tc',
    'qdisc',
    'add',
    'dev',
    'lo',
    'root',
    'netem',
    'delay',
    '1ms',
  ]);
  ip('netns del', name);
  return delayed.status === 0;
};

export const createNetwork = (): Network => {
  removeOld();
  const nft = findNft() ?? 'nft';
  const names: string[] = [];
  const addNamespace = (label: string): string => {
    const name = `sotto-${process.pid}-${label}`;
    ip('netns add', name);
    names.push(name);
    ip('-n', name, 'link set lo up');
    return name;
  };
  const router = addNamespace('router');
  run('ip', 'netns', 'exec', router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');

  const layCable = (host: string, index: number, isFirst: boolean): Cable => {
    // At most 15 characters.
    const [near, far] = [`n${index}`, `r${index}`];
    const [gateway, first, second] = [`10.77.${index}.1`, `10.77.${index}.2`, `10.77.${index}.3`];
    ip('-n', router, `link add ${far} type veth peer name ${near} netns ${host}`);
    ip('-n', router, `addr add ${gateway}/24 dev ${far}`);
    ip('-n', router, `link set ${far} up`);
    ip('-n', host, `addr add ${first}/24 dev ${near}`);
    const plugIn = (): void => {
      ip('-n', host, `link set ${near} up`);
      ip('-n', host, `route replace default via ${gateway} dev ${near} metric ${index}`);
    };
    if (isFirst) plugIn();
    const shapeBoth = (how: string | null): void => {
      shape(router, far, how);
      shape(host, near, how);
    };
    return {
      address: first,
      plugIn,
      pull: () => void ip('-n', host, `link set ${near} down`),
      readdress: () => {
        ip('-n', host, `addr flush dev ${near}`);
        ip('-n', host, `addr add ${second}/24 dev ${near}`);
        plugIn();
      },
      limit: (kbit) =>
        shapeBoth(kbit === null ? null : `tbf rate ${kbit}kbit burst 8k latency 200ms`),
      delay: (ms, jitterMs) => shapeBoth(`netem delay ${ms}ms ${jitterMs}ms`),
    };
  };

  return {
    addHost: (label, index) => {
      const name = addNamespace(label);
      const cable = layCable(name, index, true);
      return {
        name,
        prefix: ['ip', 'netns', 'exec', name],
        address: cable.address,
        cable,
        addCable: (other) => layCable(name, other, false),
      };
    },
    filter: (...rules) => {
      const chain = 'type filter hook forward priority 0; policy accept;';
      const table = `table inet sotto { chain forward { ${chain}\n${rules.join('\n')}\n}\n}\n`;
      // The first line makes one, so that the second finds it.
      const text = `table inet sotto\ndelete table inet sotto\n${table}`;
      execFileSync('ip', ['netns', 'exec', router, nft, '-f', '-'], { input: text });
    },
    close: () => {
      for (const name of names.splice(0)) ip('netns del', name);
    },
  };
};
