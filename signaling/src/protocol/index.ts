// `@sotto/signaling/protocol`: what the page and the server say to each other. Browser-safe.
export * from './common.ts';
export * from './call-mode.ts';
export * from './events.ts';
export * from './group.ts';
export * from './media.ts';
export * from './requests.ts';
export * from './codec.ts';
