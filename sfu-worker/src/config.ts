// The only reader of the environment in a media node's process: one schema, every wrong setting named at
// once.
import * as z from 'zod';
import {
  checkPorts,
  ConfigError,
  type Environment,
  mediaSecretText,
  metricsSettings,
  nameProblems,
  portNumber,
  readPresent,
  workerSettings,
} from './settings.ts';

const Settings = z.object({
  ...workerSettings,
  ...metricsSettings,
  NODE_ID: workerSettings.NODE_ID.default('media'),
  /** Shared with the signaling processes; who knows it can end every call. */
  MEDIA_SECRET: mediaSecretText,
  MEDIA_HOST: z.string().min(1).default('127.0.0.1'),
  MEDIA_PORT: portNumber.default(4000),
});

export type MediaConfig = Readonly<z.infer<typeof Settings>>;

/** Throws ConfigError. */
export const readMediaConfig = (env: Environment): MediaConfig => {
  const problems: string[] = [];
  const parsed = Settings.safeParse(readPresent(env, ['MEDIA_SECRET'], problems));
  nameProblems(parsed.error?.issues, problems);
  if (parsed.success) checkPorts(parsed.data, problems);
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
};
