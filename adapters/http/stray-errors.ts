import type { Logger } from 'pino';
import { requestScope } from './request-scope.ts';

/**
 * What becomes of an error that nobody caught, once per process. One that a request set off is
 * answered 500, logged and counted, and the process goes on: no request is a lever to stop it. Any
 * other is a defect of the process itself, whose state nobody knows then: it ends with exit code 1
 * and is started again by whoever keeps it.
 */
export function handleStrayErrors(logger: Logger): void {
  const handle = (error: unknown, what: string): void => {
    const scope = requestScope.getStore();
    if (scope !== undefined) {
      scope.escaped(error);
      return;
    }
    logger.fatal({ err: error }, what);
    process.exit(1);
  };
  process.on('unhandledRejection', (reason) => handle(reason, 'unhandled rejection'));
  process.on('uncaughtException', (error) => handle(error, 'uncaught exception'));
}
