// The types of configuration.mjs, for tests.
export class SettingsError extends Error {
  constructor(problems: readonly string[]);
  readonly problems: readonly string[];
}
export const renderConfiguration: (
  env: NodeJS.ProcessEnv,
  options?: { readonly allowLoopbackPeers?: boolean; readonly isVerbose?: boolean },
) => string;
