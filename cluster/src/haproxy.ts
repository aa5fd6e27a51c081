// HAProxy's configuration: each request goes to the less busy of two nodes that are drawn by lot (in turns,
// a page's every load would end on the same one); a WebSocket stays where it is for as long as it is open. Pure; cluster.ts writes it to a file.

export interface Backend {
  readonly name: string;
  /** On this machine. */
  readonly port: number;
}

/** Longer: who connects to a node that has just died waits for as long before another is tried. */
const CONNECT_TIMEOUT = '2s';

/** Both sides of a WebSocket speak every few seconds (PROTOCOL S2): who says nothing is gone. */
const TUNNEL_TIMEOUT = '2m';

/** Shorter: a node that dies is avoided sooner. Longer: fewer requests to /readyz. */
const CHECK_EVERY = '500ms';

/** What a node has to answer with 200 before it is given anybody. */
const backend = (name: string, check: string, nodes: readonly Backend[]): readonly string[] => [
  `backend ${name}`,
  '  balance random',
  // The address of who asks; TRUST_PROXY=1 believes this word of ours, and none before it.
  '  option forwardfor',
  `  option httpchk GET ${check}`,
  '  http-check expect status 200',
  `  default-server check inter ${CHECK_EVERY} fastinter ${CHECK_EVERY} fall 2 rise 1`,
  ...nodes.map((node) => `  server ${node.name} 127.0.0.1:${node.port}`),
];

/** `bind` as HAProxy writes addresses. */
export const haproxyConfig = (bind: string, nodes: readonly Backend[]): string =>
  [
    'global',
    '  log stdout format raw local0 notice',
    '  maxconn 4096',
    // A port that is taken is an error, and not shared with who has it.
    '  noreuseport',
    'defaults',
    '  mode http',
    '  log global',
    `  timeout connect ${CONNECT_TIMEOUT}`,
    '  timeout client 30s',
    '  timeout server 30s',
    '  timeout http-request 10s',
    `  timeout tunnel ${TUNNEL_TIMEOUT}`,
    // A node that is killed is left out before its checks say so.
    '  option redispatch 1',
    '  retries 3',
    'frontend meetings',
    `  bind ${bind}`,
    // Without Redis no node is ready, but each has the page, and knows what to tell who asks.
    '  use_backend alive if { nbsrv(ready) lt 1 }',
    '  default_backend ready',
    ...backend('ready', '/readyz', nodes),
    ...backend('alive', '/livez', nodes),
    '',
  ].join('\n');
