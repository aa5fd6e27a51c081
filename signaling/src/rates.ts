// The port to where it is counted how often somebody asks, when several processes answer.
export interface Rates {
  /**
   * Counts one more under a name, and says how many there have been in the window that began with the first,
   * and for how many milliseconds it lasts yet. Rejects with AppError when that cannot be told.
   */
  count(
    name: string,
    windowMs: number,
  ): Promise<{ readonly current: number; readonly ttl: number }>;
}
