import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from 'pino';

const PINO_LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const;

/** What Temporal's SDK says, from warnings on, as lines of our log. */
export const createTemporalLogger = (logger: Logger): TemporalLogger =>
  new DefaultLogger('WARN', ({ level, message, meta }) => {
    const { error, ...context } = meta ?? {};
    logger[PINO_LEVELS[level]](
      { ...context, ...(error === undefined ? {} : { err: error }) },
      message,
    );
  });
