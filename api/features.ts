import { executionOperatorRoutes } from './executions/operator-routes.ts';
import type { Feature } from './feature.ts';
import { authService } from './identity/connect.ts';
import { identityOperatorRoutes } from './identity/operator-routes.ts';
import { authRoutes } from './identity/routes.ts';
import { sessionRoutes } from './identity/session-routes.ts';
import { marketOperatorRoutes } from './market/operator-routes.ts';
import { marketRoutes } from './market/routes.ts';
import { watchlistRoutes } from './market/watchlist-routes.ts';
import { bulkRoutes } from './operators/bulk-routes.ts';
import { operatorOrderRoutes } from './operators/order-routes.ts';
import { operatorReads } from './operators/reads.ts';
import { orderService } from './orders/connect.ts';
import { orderReads } from './orders/reads.ts';
import { orderRoutes } from './orders/routes.ts';
import { portfolioReads } from './portfolio/reads.ts';
import { withdrawalRoutes } from './portfolio/withdrawal-routes.ts';
import { settlementOperatorRoutes } from './settlement/operator-routes.ts';

/** All that is served over the use-cases. What is not listed is not served. */
export const FEATURES: readonly Feature[] = [
  { routes: authRoutes, services: authService },
  { routes: sessionRoutes },
  { routes: identityOperatorRoutes },
  { routes: orderRoutes, services: orderService },
  ...orderReads,
  ...portfolioReads,
  { routes: withdrawalRoutes },
  { routes: marketRoutes },
  { routes: watchlistRoutes },
  { routes: marketOperatorRoutes },
  { routes: operatorOrderRoutes },
  { routes: bulkRoutes },
  ...operatorReads,
  { routes: executionOperatorRoutes },
  { routes: settlementOperatorRoutes },
];
