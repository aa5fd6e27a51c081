// What a person at the terminal can act on: printed as it is, without a stack.

export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}
