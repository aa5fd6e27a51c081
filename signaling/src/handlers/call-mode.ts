// Peer to peer or through the media node: what the page tells of it (PROTOCOL C4–C7).
import { AppError } from '../errors.ts';
import { Requests } from '../protocol/index.ts';
import { bind } from './context.ts';

const setDirect = bind(Requests['set-direct'], async () => {
  throw new AppError('not-found', 'not served yet');
});

const peerToPeer = bind(Requests['peer-to-peer'], async () => {
  throw new AppError('not-found', 'not served yet');
});

export const callModeHandlers = { 'set-direct': setDirect, 'peer-to-peer': peerToPeer };
