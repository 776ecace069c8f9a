import type { ExecutionUseCases } from './executions/execution-use-cases.ts';
import type { IdentityUseCases } from './identity/identity-use-cases.ts';
import type { MarketUseCases } from './market/market-use-cases.ts';
import type { OperatorUseCases } from './operators/operator-use-cases.ts';
import type { OrderUseCases } from './orders/order-use-cases.ts';
import type { PortfolioUseCases } from './portfolio/portfolio-use-cases.ts';
import type { SettlementUseCases } from './settlement/settlement-use-cases.ts';

/** All that the system does for whoever asks, whatever the wire. */
export interface HubUseCases {
  identity: IdentityUseCases;
  orders: OrderUseCases;
  portfolio: PortfolioUseCases;
  settlement: SettlementUseCases;
  executions: ExecutionUseCases;
  market: MarketUseCases;
  operators: OperatorUseCases;
}
