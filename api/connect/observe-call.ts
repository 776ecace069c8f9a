import { Code, type ConnectError, type ContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { HubError } from '../../contracts/errors.ts';
import type { ApiMetrics } from '../metrics.ts';
import { CALLER, CAME_AT, IS_OBSERVED, REQUEST_ID } from './call-context.ts';

/** A call that is answered; `error` is null when all went well. */
interface AnsweredCall {
  service: { typeName: string };
  method: { name: string };
  values: ContextValues;
  error: ConnectError | null;
}

export type ObserveCall = (call: AnsweredCall) => void;

/** Logs and counts the answer to a call, once: the time runs from the gate on. */
export function createObserveCall({
  logger,
  metrics,
}: {
  logger: Logger;
  metrics: ApiMetrics;
}): ObserveCall {
  return ({ service, method, values, error }) => {
    if (values.get(IS_OBSERVED)) return;
    values.set(IS_OBSERVED, true);
    const requestId = values.get(REQUEST_ID);
    const procedure = `${service.typeName}/${method.name}`;
    const code = error === null ? 'ok' : (Code[error.code] ?? String(error.code));
    const durationMs = performance.now() - values.get(CAME_AT);
    if (error) logFailure(logger, error, requestId);
    metrics.countCall({ procedure, code }, durationMs / 1000);
    const accountId = values.get(CALLER)?.accountId;
    logger.info(
      { requestId, procedure, code, durationMs: Math.round(durationMs * 10) / 10, accountId },
      'answered',
    );
  };
}

function logFailure(logger: Logger, error: ConnectError, requestId: string): void {
  const cause = error.cause instanceof HubError ? (error.cause.cause ?? error.cause) : error;
  if (error.code === Code.Internal) logger.error({ err: cause, requestId }, 'request failed');
  else if (error.code === Code.Unavailable)
    logger.warn({ err: cause, requestId }, 'a dependency is away');
}
