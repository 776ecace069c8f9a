import type { HandlerContext } from '@connectrpc/connect';
import { decodeJwt } from 'jose/jwt/decode';
import type { Logger } from 'pino';
import { vouchForCaller } from '../adapters/http/request-scope.ts';
import { createAccessTokens } from '../adapters/security/access-tokens.ts';
import { createRevocableTokens } from '../adapters/security/revocable-tokens.ts';
import { createRpcGate, type RpcCaller } from '../adapters/security/rpc-gate.ts';
import { createServiceTokenVerifier, isServiceToken } from '../adapters/security/service-tokens.ts';
import type { Clock } from '../contracts/clock.ts';
import type { LiveSessions } from '../contracts/identity/revoked-sessions.ts';
import type { MarketDataMetrics } from './metrics.ts';

/**
 * What people may do. The rest, the cache's control, is for our own processes: they check the role
 * of whoever asks them.
 */
const OPEN_TO_PEOPLE: ReadonlySet<string> = new Set(['GetMarketData', 'StreamMarketData']);

interface MarketDataGateOptions {
  sessions: LiveSessions;
  env: { JWT_SECRET: string; MARKET_DATA_SERVICE_SECRET: string };
  metrics: MarketDataMetrics;
  logger: Logger;
  clock: Clock;
}

/**
 * People read quotes with the access token of a session that lasts; our own processes may do all.
 */
export function createMarketDataGate({
  env,
  sessions,
  metrics,
  logger,
  clock,
}: MarketDataGateOptions): (context: HandlerContext) => Promise<void> {
  const accessTokens = createRevocableTokens(createAccessTokens(env.JWT_SECRET, clock), sessions);
  const serviceOf = createServiceTokenVerifier({
    secret: env.MARKET_DATA_SERVICE_SECRET,
    audience: 'market-data',
    clock,
  });

  async function authenticate(token: string): Promise<RpcCaller> {
    if (isServiceToken(token)) return { kind: 'SERVICE', name: await serviceOf(token) };
    const { userId, sessionId } = await accessTokens.verify(token);
    return { kind: 'PERSON', userId, sessionId, expiresAtMs: (decodeJwt(token).exp ?? 0) * 1_000 };
  }

  return createRpcGate({
    authenticate,
    isAllowed: (caller, method) => caller.kind === 'SERVICE' || OPEN_TO_PEOPLE.has(method),
    // A person has a stranger's share of the port.
    onAdmitted: ({ kind }) => {
      if (kind === 'SERVICE') vouchForCaller();
    },
    onTurnedAway: (call) => {
      metrics.turnedAway.inc(call);
      logger.info(call, 'turned away');
    },
  });
}
