// What is told of a connection: its way, never where it leads.
import type { ConnectionDetails } from './call-details.ts';
import type { Entries, EntryOf } from './stats-entries.ts';
import type { ConnectionReading } from './stats-reading.ts';

type Candidate = Entries['candidates'][number];

const selectedPair = ({ transports, pairs }: Entries): EntryOf<'candidate-pair'> | undefined => {
  const ids = transports.map(({ selectedCandidatePairId }) => selectedCandidatePairId);
  return (
    pairs.find(({ id }) => ids.includes(id)) ??
    pairs.find(({ selected }) => selected === true) ??
    pairs.find(({ nominated, state }) => nominated === true && state === 'succeeded')
  );
};

/** Kinds and protocols are a few words: anything else that a browser may put there is not shown. */
const KINDS: readonly (string | undefined)[] = ['host', 'srflx', 'prflx', 'relay'];
const PROTOCOLS: readonly (string | undefined)[] = ['udp', 'tcp', 'tls'];

const kindOf = (candidate: Candidate | undefined): string | undefined =>
  KINDS.includes(candidate?.candidateType) ? candidate?.candidateType : undefined;

const protocolOf = (local: Candidate | undefined): string | null => {
  const { protocol, relayProtocol } = local ?? {};
  if (kindOf(local) === 'relay' && PROTOCOLS.includes(relayProtocol))
    return `turn ${relayProtocol}`;
  return protocol !== undefined && PROTOCOLS.includes(protocol) ? protocol : null;
};

export const connectionDetails = (
  { path, direction, state, isUsed }: Omit<ConnectionReading, 'id' | 'report'>,
  entries: Entries,
): ConnectionDetails => {
  const pair = selectedPair(entries);
  const byId = (wanted: string | undefined): Candidate | undefined =>
    entries.candidates.find(({ id }) => id === wanted);
  const local = byId(pair?.localCandidateId);
  const [from, to] = [kindOf(local), kindOf(byId(pair?.remoteCandidateId))];
  // Firefox says 0 as long as it has measured none.
  const roundTripMs = (pair?.currentRoundTripTime ?? 0) * 1_000;
  return {
    path,
    direction,
    state,
    isUsed,
    roundTripMs: roundTripMs === 0 ? null : roundTripMs,
    candidates: from === undefined || to === undefined ? null : `${from} → ${to}`,
    protocol: protocolOf(local),
    // Where nothing is sent it is what browsers begin with.
    availableOutgoingBps: direction === 'receive' ? null : (pair?.availableOutgoingBitrate ?? null),
  };
};
