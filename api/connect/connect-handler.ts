import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import type { AccessTokens } from '../../contracts/ports/auth.ts';
import { AuthService } from '../../proto/gen/hub/v1/auth_pb.js';
import { OrderService } from '../../proto/gen/hub/v1/orders_pb.js';
import { PortfolioService, PositionService } from '../../proto/gen/hub/v1/portfolio_pb.js';
import type { HubUseCases } from '../../use-cases/use-cases.ts';
import { API_LIMITS, type ApiLimits } from '../app.ts';
import type { Authenticate } from '../auth.ts';
import type { ApiMetrics } from '../metrics.ts';
import { createAuthService } from './auth-service.ts';
import { createGate } from './gate.ts';
import { createCallInterceptor } from './interceptor.ts';
import { createOrderService } from './order-service.ts';
import { createPortfolioService, createPositionService } from './portfolio-services.ts';

/** Paths that belong to Connect, gRPC and gRPC-Web; all others are REST. */
export const CONNECT_PATH_PREFIX = '/hub.v1.';

export interface ConnectDependencies {
  useCases: HubUseCases;
  accessTokens: AccessTokens;
  authenticate: Authenticate;
  metrics: ApiMetrics;
  logger: Logger;
  limits?: ApiLimits;
}

/** The services as a handler for `node:http` and `node:http2`: Connect and gRPC-Web on both, gRPC on HTTP/2. */
export function createConnectHandler(deps: ConnectDependencies): ReturnType<typeof connectNodeAdapter> {
  const { useCases, logger, metrics, limits = API_LIMITS } = deps;
  return connectNodeAdapter({
    requestGate: createGate(deps),
    interceptors: [createCallInterceptor({ logger, metrics, timeoutMs: limits.requestTimeoutMs })],
    readMaxBytes: limits.bodyBytesMax,
    routes: (router) => {
      router.service(AuthService, createAuthService(useCases.auth, deps.accessTokens));
      router.service(OrderService, createOrderService(useCases.orders));
      router.service(PortfolioService, createPortfolioService(useCases.portfolio));
      router.service(PositionService, createPositionService(useCases.portfolio));
    },
  });
}
