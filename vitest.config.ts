import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { SecondAttempts } from './test/support/second-attempts.ts';

const INTEGRATION = [
  'test/{integration,workflows,adapters,paper-broker,market-data,activities,workers,replay,dev,orders-table}/**/*.test.ts',
  'test/**/*.integration.test.ts',
];
const E2E = ['test/{e2e,hostile}/**/*.test.ts'];
/** Of those, what floods the system or measures how it stands a flood. */
const ALONE = [
  'test/e2e/{cancel-replace-races,chaos,limits,many-fills,pump-restart,thousand-orders}.test.ts',
  'test/hostile/**/*.test.ts',
];

/**
 * A whole stack on a machine that others use too may be disturbed: CI tries such a test once more,
 * and says so.
 */
const E2E_RETRIES = process.env.CI ? 1 : 0;

/**
 * Two cores are enough: two files at a time, one after another in the same two processes, which
 * load the product once. Whole stacks come after them, and last what needs the machine for itself.
 * Services are started at the first demand and once per run (test/support/services.ts).
 */
export default defineConfig({
  test: {
    pool: 'forks',
    isolate: false,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', new SecondAttempts()],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...INTEGRATION, ...E2E],
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: INTEGRATION,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: E2E,
          exclude: ALONE,
          retry: E2E_RETRIES,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          retry: E2E_RETRIES,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
