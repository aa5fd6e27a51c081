// @sotto/e2ee: frame encryption and group keys.
export * from './frames.ts';
export * from './groups.ts';
