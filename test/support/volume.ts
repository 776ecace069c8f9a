/**
 * How often a test does what it does: `usual`, or `full` under TEST_VOLUME=full, for the rare thing
 * that shows only among many.
 */
export const volume = (usual: number, full: number): number =>
  process.env.TEST_VOLUME === 'full' ? full : usual;
