// What can be wrong with a frame or with the keys for it: one error with a closed code. Words for
// people live in the page; a code never carries key or frame content.

/** Each code names the first check that failed, in the order in which SPEC.md lists them (F20). */
export type FrameErrorCode =
  /** Nothing in it, or less than a prefix, a header and a tag. */
  | 'too-short'
  /** The header, the KID or the clear prefix is not one that a Sotto sender writes. */
  | 'malformed'
  /** A codec whose clear prefix is not defined: H264, AV1, RED. */
  | 'unsupported-codec'
  /** Sealed for another stream than the one that was asked for. */
  | 'wrong-stream'
  /** No key for the frame's epoch: not here yet, or wiped. */
  | 'unknown-epoch'
  /** The frame's leaf is not the leaf of the peer whose stream this is. */
  | 'wrong-leaf'
  /** This counter was opened before: a retransmission, or a replay. */
  | 'duplicate'
  /** Below the replay window: nobody can tell whether it was opened before. */
  | 'too-old'
  /** The tag does not fit: not sealed with this key, or changed on the way. */
  | 'not-authentic'
  /** Keys derived for another KID than the frame's. */
  | 'wrong-key'
  /** There is no epoch that this worker may send in. */
  | 'no-sending-key'
  /** 2^32 frames under one key. */
  | 'counter-exhausted'
  /** An argument out of range: a fault of the caller. */
  | 'bad-argument'
  /** This browser has no way to encrypt frames. */
  | 'unsupported-browser'
  /** The frame worker died, or refused. */
  | 'worker-failed';

export class FrameError extends Error {
  readonly code: FrameErrorCode;
  constructor(code: FrameErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FrameError';
    this.code = code;
  }
}
