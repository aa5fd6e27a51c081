// What a page is told that it may send and receive: the codec table, less the header extensions
// that nobody here uses. Known from the table alone, so that a join waits for no router.
import { ROUTER_RTP_CAPABILITIES } from '@sotto/sfu-worker/codecs';
import { HeaderExtensionUri, RtpCapabilities } from '../protocol/index.ts';

export const OFFERED_CAPABILITIES: RtpCapabilities = RtpCapabilities.parse({
  codecs: ROUTER_RTP_CAPABILITIES.codecs,
  headerExtensions: ROUTER_RTP_CAPABILITIES.headerExtensions?.filter(
    ({ uri }) => HeaderExtensionUri.safeParse(uri).success,
  ),
});
