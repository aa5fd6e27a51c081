// How often one address may ask, generously: a whole school may sit behind one (PROTOCOL H5).
export const ROOMS_PER_MINUTE = 120;
export const LOOKUPS_PER_MINUTE = 1200;
/** Of who guesses at the token, too. */
export const ADMIN_PER_MINUTE = 120;

export const perMinute = (max: number) => ({
  config: { rateLimit: { max, timeWindow: '1 minute' } },
});
