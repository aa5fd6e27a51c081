// The errors of links, envelopes and group keys: a closed code and a text for developers, never key
// material. The session (group-session.ts) decides by the code alone.
export type GroupErrorCode =
  | 'bad-link'
  | 'bad-name'
  | 'bad-envelope'
  | 'bad-key-package'
  | 'bad-welcome'
  | 'bad-commit'
  | 'bad-message'
  | 'replayed'
  | 'unknown-epoch'
  | 'future-epoch'
  | 'one-member'
  | 'group-full'
  | 'commit-made'
  | 'commit-now'
  | 'no-group'
  | 'no-pending'
  /** More messages than may wait (SPEC G43). */
  | 'rate'
  | 'closed'
  /** The key worker died, or says nothing. */
  | 'worker-failed';

export class GroupError extends Error {
  readonly code: GroupErrorCode;
  constructor(code: GroupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GroupError';
    this.code = code;
  }
}

/** Runs a step of the library and gives whatever it throws our own code; ours pass unchanged. */
export async function refuseAs<T>(code: GroupErrorCode, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof GroupError) throw cause;
    throw new GroupError(code, `${code}: the group library refused it`, { cause });
  }
}
