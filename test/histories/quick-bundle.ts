import { fileURLToPath } from 'node:url';
import type { Logger, WorkflowBundle } from '@temporalio/worker';
import type * as schedules from '../../domain/retry/schedules.ts';
import { bundleWorkflows as bundleVariant } from '../../workers/bundle-workflows.ts';
import type * as refreshSchedule from '../../workflows/orders/refresh-schedule.ts';
import * as quickRefreshSchedule from './quick-refresh-schedule.ts';
import * as quickSchedules from './quick-schedules.ts';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** `_quick` must export all that the original does. */
const standIn = <Original>(original: string, quick: string, _quick: Original) => ({
  [pathOf(original)]: pathOf(quick),
});

const STAND_INS = {
  ...standIn<typeof schedules>(
    '../../domain/retry/schedules.ts',
    './quick-schedules.ts',
    quickSchedules,
  ),
  ...standIn<typeof refreshSchedule>(
    '../../workflows/orders/refresh-schedule.ts',
    './quick-refresh-schedule.ts',
    quickRefreshSchedule,
  ),
};

/**
 * The workflows as they are, but that they wait for moments where the real ones wait for hours.
 * Same name and form as in workers/bundle-workflows.ts.
 */
export const bundleWorkflows = (logger: Logger): Promise<WorkflowBundle> =>
  bundleVariant(logger, {
    name: 'quick',
    sources: ['bundle', 'schedules', 'refresh-schedule'].map(
      (name) => `test/histories/quick-${name}.ts`,
    ),
    options: {
      webpackConfigHook: (config) => ({
        ...config,
        resolve: { ...config.resolve, alias: { ...config.resolve?.alias, ...STAND_INS } },
      }),
    },
  });
