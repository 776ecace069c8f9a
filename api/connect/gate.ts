import { Code, type HandlerContext } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { AuthService } from '../../proto/gen/hub/v1/auth_pb.js';
import type { Authenticate } from '../auth.ts';
import type { ApiMetrics } from '../metrics.ts';
import { toHubError } from '../problem.ts';
import { REQUEST_ID_HEADER, requestIdFrom } from '../request-id.ts';
import { CALLER, REQUEST_ID } from './call-context.ts';
import { toConnectError } from './connect-error.ts';

export interface GateDependencies {
  authenticate: Authenticate;
  metrics: ApiMetrics;
  logger: Logger;
}

/** Gives each call its id and lets only AuthService through without a token: before the message is read. */
export function createGate({ authenticate, metrics, logger }: GateDependencies): (context: HandlerContext) => Promise<void> {
  return async ({ method, requestHeader, responseHeader, service, values }) => {
    const requestId = requestIdFrom(requestHeader.get(REQUEST_ID_HEADER));
    values.set(REQUEST_ID, requestId);
    responseHeader.set(REQUEST_ID_HEADER, requestId);
    if (service.typeName === AuthService.typeName) return;
    try {
      values.set(CALLER, await authenticate(requestHeader.get('Authorization')));
    } catch (thrown) {
      const error = toConnectError(toHubError(thrown), requestId);
      const procedure = `${service.typeName}/${method.name}`;
      metrics.countCall({ procedure, code: Code[error.code] ?? String(error.code) }, 0);
      logger.info({ requestId, procedure, code: Code[error.code] }, 'turned away');
      throw error;
    }
  };
}
