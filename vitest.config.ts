import { defineConfig } from 'vitest/config';

const INTEGRATION = [
  'test/{integration,workflows,adapters,paper-broker,market-data,activities,workers,replay,dev,orders-table}/**/*.test.ts',
  'test/**/*.integration.test.ts',
];
const E2E = ['test/e2e/**/*.test.ts'];

/**
 * Two cores are enough: pure tests run side by side, tests with real services two files at a time, and whole stacks one after
 * another. Services are started at the first demand and once per run (test/support/services.ts).
 */
export default defineConfig({
  test: {
    pool: 'forks',
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...INTEGRATION, ...E2E], maxWorkers: 2, testTimeout: 30_000 },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: INTEGRATION,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: E2E,
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
