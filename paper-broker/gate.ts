import type { HandlerContext } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { vouchForCaller } from '../adapters/http/request-scope.ts';
import { createRpcGate } from '../adapters/security/rpc-gate.ts';
import { createServiceTokenVerifier } from '../adapters/security/service-tokens.ts';
import type { Clock } from '../contracts/clock.ts';
import type { VenueMetrics } from './metrics.ts';

interface VenueGateOptions {
  secret: string;
  metrics: VenueMetrics;
  logger: Logger;
  clock: Clock;
}

/** Every call to the venue, its clearing house and its faults is one of our own processes'. */
export function createVenueGate({
  secret,
  metrics,
  logger,
  clock,
}: VenueGateOptions): (context: HandlerContext) => Promise<void> {
  const serviceOf = createServiceTokenVerifier({ secret, audience: 'paper-broker', clock });
  return createRpcGate({
    authenticate: async (token) => ({ kind: 'SERVICE', name: await serviceOf(token) }),
    isAllowed: ({ kind }) => kind === 'SERVICE',
    onAdmitted: vouchForCaller,
    onTurnedAway: (call) => {
      metrics.turnedAway.inc(call);
      logger.info(call, 'turned away');
    },
  });
}
