// What a media node needs of a log; pino's loggers fit.

type Write = (facts: Readonly<Record<string, unknown>>, message: string) => void;

export interface MediaLog {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
