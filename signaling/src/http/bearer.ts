// The credential of a request, as RFC 6750 §2.1 has it; never kept and never logged.
import type { IncomingHttpHeaders } from 'node:http';

export const bearerOf = ({ authorization }: IncomingHttpHeaders): string | undefined =>
  /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
