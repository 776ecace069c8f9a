import { ConnectError, type Interceptor } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { HubError } from '../../contracts/errors.ts';
import type { WorkContext } from '../../contracts/work-context.ts';
import { toHubError } from '../rest/problem.ts';
import { CAME_AT, REQUEST_ID } from './call-context.ts';
import { assertNotOver, endOf } from './call-end.ts';
import { completeError, toConnectError } from './connect-error.ts';
import type { ObserveCall } from './observe-call.ts';

export interface CallInterceptorDeps {
  observeCall: ObserveCall;
  work: WorkContext;
  logger: Logger;
  /** From the gate to the answer, the reading of the message included. */
  timeoutMs: number;
}

/**
 * Around every handler: the bound on its time, ours or the client's, whichever is shorter, and the
 * mapping of its errors. What has no time left is not begun. What was begun is answered
 * `REQUEST_TIMEOUT` at the bound and goes on: a write is asked for again with its key.
 */
export function createCallInterceptor({
  observeCall,
  work,
  logger,
  timeoutMs,
}: CallInterceptorDeps): Interceptor {
  return (next) => (request) =>
    work.run({ requestId: request.contextValues.get(REQUEST_ID) }, () => answer(next, request));

  async function answer(next: Call, request: Parameters<Call>[0]): ReturnType<Call> {
    const { contextValues: values, service, method, signal } = request;
    const requestId = values.get(REQUEST_ID);
    let error: ConnectError | null = null;
    try {
      assertNotOver(signal);
      const leftMs = values.get(CAME_AT) + timeoutMs - performance.now();
      if (leftMs <= 0) throw new HubError('REQUEST_TIMEOUT');
      return await withinTime(next(request), { leftMs, signal, onLateFailure });
    } catch (thrown) {
      error =
        thrown instanceof ConnectError
          ? completeError(thrown, requestId)
          : toConnectError(toHubError(thrown), requestId);
      throw error;
    } finally {
      observeCall({ service, method, values, error });
    }

    function onLateFailure(thrown: unknown): void {
      logger.warn(
        { err: thrown, requestId, procedure: `${service.typeName}/${method.name}` },
        'failed after it was answered',
      );
    }
  }
}

type Call = Parameters<Interceptor>[0];

interface TimeBounds {
  leftMs: number;
  /** Ends with the client's deadline, or when the client goes away. */
  signal: AbortSignal;
  onLateFailure(thrown: unknown): void;
}

async function withinTime<T>(
  work: Promise<T>,
  { leftMs, signal, onLateFailure }: TimeBounds,
): Promise<T> {
  const bound = Promise.withResolvers<never>();
  const timer = setTimeout(() => bound.reject(new HubError('REQUEST_TIMEOUT')), leftMs);
  const giveUp = () => bound.reject(endOf(signal));
  signal.addEventListener('abort', giveUp, { once: true });
  let isOver = false;
  work.catch((thrown: unknown) => isOver && onLateFailure(thrown));
  try {
    return await Promise.race([work, bound.promise]);
  } finally {
    isOver = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
