import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { HubError } from '../../contracts/errors.ts';
import type { ApiMetrics } from '../metrics.ts';
import { toHubError } from '../problem.ts';
import { CALLER, REQUEST_ID } from './call-context.ts';
import { toConnectError } from './connect-error.ts';

/** Around every handler: a bound on its time, the mapping of its errors, a log line and a count. */
export function createCallInterceptor(deps: { logger: Logger; metrics: ApiMetrics; timeoutMs: number }): Interceptor {
  return (next) => async (request) => {
    const startedAt = performance.now();
    const requestId = request.contextValues.get(REQUEST_ID);
    const procedure = `${request.service.typeName}/${request.method.name}`;
    let code = 'ok';
    try {
      return await withinTime(next(request), deps.timeoutMs);
    } catch (thrown) {
      const error = thrown instanceof ConnectError ? thrown : toConnectError(toHubError(thrown), requestId);
      code = Code[error.code] ?? String(error.code);
      logFailure(deps.logger, error, requestId);
      throw error;
    } finally {
      const durationMs = performance.now() - startedAt;
      deps.metrics.countCall({ procedure, code }, durationMs / 1000);
      const accountId = request.contextValues.get(CALLER)?.accountId;
      deps.logger.info({ requestId, procedure, code, durationMs: Math.round(durationMs * 10) / 10, accountId }, 'answered');
    }
  };
}

async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new HubError('REQUEST_TIMEOUT')), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function logFailure(logger: Logger, error: ConnectError, requestId: string): void {
  const cause = error.cause instanceof HubError ? (error.cause.cause ?? error.cause) : error;
  if (error.code === Code.Internal) logger.error({ err: cause, requestId }, 'request failed');
  else if (error.code === Code.Unavailable) logger.warn({ err: cause, requestId }, 'a dependency is away');
}
