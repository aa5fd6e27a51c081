// One line of JSON for each thing that happened. Room tags and peer ids correlate them; what could
// open a room or a session is never logged, and is struck out if it is (STYLE: never log secrets).
import { type Logger, pino, type DestinationStream } from 'pino';

const SECRET_FIELDS = [
  'token',
  'sessionToken',
  'secret',
  'password',
  'credential',
  'authorization',
  'envelope',
  'joinHash',
  'joinKey',
];

export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[secret]',
      },
      serializers: {
        err: pino.stdSerializers.err,
        // Never the URL or the headers: room ids and tokens travel there.
        req: () => undefined,
        res: () => undefined,
      },
    },
    destination ?? pino.destination(1),
  );
