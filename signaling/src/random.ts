// Random names, base64url, from the system's generator.
import { randomBytes } from 'node:crypto';
import { Head, Incarnation, PeerId, ProducerId } from './protocol/index.ts';
import { NodeName } from './rooms/record.ts';

const NAME_BYTES = 12;
const name = (): string => randomBytes(NAME_BYTES).toString('base64url');

export const newPeerId = (): PeerId => PeerId.parse(name());
export const newProducerId = (): ProducerId => ProducerId.parse(name());
export const newIncarnation = (): Incarnation => Incarnation.parse(name());
export const newHead = (): Head => Head.parse(name());
export const newNodeName = (): NodeName => NodeName.parse(name());
