// mediasoup, set up as our rooms are, against Debian's Janus: plain RTP in, SRTP of one suite out, the same
// packets to as many sinks. What both do without a browser; our rooms add WebRTC (room-part.ts).
import { startEndpoints } from './endpoints.ts';
import type { Forwarder } from './forwarder.ts';
import { janusProgram, startJanus } from './janus.ts';
import { compare, inTurns, measureSpan, type Span } from './measure.ts';
import type { Part, PartDeps } from './part.ts';
import { startPlainMediasoup } from './plain-mediasoup.ts';
import { connectFan, type Fan, fanPerSecond, requireSrtp } from './publishers.ts';

/** The same 30,360 packets a second as in a room of twelve. */
const FAN: Fan = { publishers: 12, sinks: 11 };

const measure = async (
  { compiled, spanMs }: PartDeps,
  start: () => Promise<Forwarder>,
): Promise<Span> => {
  const forwarder = await start();
  const endpoints = await startEndpoints(compiled);
  try {
    await connectFan(forwarder, endpoints, FAN);
    const span = await measureSpan(forwarder, endpoints, spanMs);
    requireSrtp(forwarder.name, span);
    return span;
  } finally {
    await endpoints.close();
    await forwarder.close();
  }
};

export const janusPart: Part = {
  name: 'janus',
  run: async (deps) => {
    const program = janusProgram();
    if (program === undefined) {
      console.error('Janus is left out: it is not installed (Debian: janus).');
      return [];
    }
    deps.say(`plain RTP to SRTP, ${fanPerSecond(FAN)} packets/s: mediasoup, Janus`);
    const [mediasoup = [], janus = []] = await inTurns(deps.runs, [
      () => measure(deps, startPlainMediasoup),
      () => measure(deps, () => startJanus(program)),
    ]);
    return compare(
      'RTP to SRTP',
      { name: 'mediasoup', spans: mediasoup },
      { name: 'Janus', spans: janus },
    );
  },
};
