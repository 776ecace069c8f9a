import type { Interceptor } from '@connectrpc/connect';
import { signCalls } from '../../adapters/security/service-calls.ts';
import {
  type CalledService,
  createServiceTokenSource,
} from '../../adapters/security/service-tokens.ts';

/** The secrets with which tests start single processes. */
export const TEST_SECRETS = {
  JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-or-more',
  MARKET_DATA_SERVICE_SECRET: 'the-tests-secret-for-calls-to-market-data',
  BROKER_SERVICE_SECRET: 'the-tests-secret-for-calls-to-the-venue',
  REPORT_SEAL_SECRET: 'the-tests-secret-for-seals-of-reports',
} as const;

const SECRET_NAMES = {
  'market-data': 'MARKET_DATA_SERVICE_SECRET',
  'paper-broker': 'BROKER_SERVICE_SECRET',
} as const;

/**
 * The token by which one of our processes calls the service; `secrets` are those of the stack that
 * it runs in, as `stack.env` has them.
 */
export function serviceTokenFor(
  audience: CalledService,
  secrets: Readonly<Record<string, string>> = TEST_SECRETS,
): () => Promise<string> {
  return createServiceTokenSource('tests', {
    secret: secrets[SECRET_NAMES[audience]] ?? '',
    audience,
    clock: Date.now,
  });
}

/** Lets a test call a service as one of our processes does. */
export const asService = (
  audience: CalledService,
  secrets?: Readonly<Record<string, string>>,
): Interceptor => signCalls(serviceTokenFor(audience, secrets));
