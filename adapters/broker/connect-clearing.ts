import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { BrokenCircuitError } from 'cockatiel';
import type { Logger } from 'pino';
import {
  CLEARING_INSTRUCTIONS_MAX,
  type Clearing,
  ClearingUnavailable,
} from '../../contracts/settlement/clearing.ts';
import { ClearingService } from '../../proto/gen/hub/v1/settlement_pb.js';
import { connectToBroker, createBrokerPolicies, isRejection } from './broker-connection.ts';
import { fromResults, toInstruction } from './clearing-message.ts';

export interface ConnectClearingOptions {
  /** The broker whose clearing house it is. */
  name: string;
  /** `http://host:port` of the clearing house: the broker's. */
  baseUrl: string;
  /** Shows each call who makes it. */
  authenticate: Interceptor;
  /** Longest wait for one attempt. */
  deadlineMs?: number;
  logger: Logger;
}

/** A thousand instructions are a transaction of the house's own. */
const DEADLINE_MS = 5_000;
const RETRIES = { retriesMax: 2, backoffMs: { initial: 50, max: 500 } };

/**
 * The clearing house over the Connect protocol. Settling is idempotent there, so a call whose
 * answer never came is sent again, twice at most, with jitter. After 5 failures in a row a breaker
 * fails calls at once for 1 s. A call that the house rejects as wrong throws a plain error.
 */
export function createConnectClearing({
  name,
  baseUrl,
  authenticate,
  deadlineMs = DEADLINE_MS,
  logger,
}: ConnectClearingOptions): Clearing {
  const client: Client<typeof ClearingService> = createClient(
    ClearingService,
    connectToBroker(baseUrl, authenticate),
  );
  const { repeated } = createBrokerPolicies({
    name: `the clearing house of ${name}`,
    ...RETRIES,
    logger,
  });
  return {
    async settle(instructions) {
      if (instructions.length === 0) return [];
      if (instructions.length > CLEARING_INSTRUCTIONS_MAX)
        throw new RangeError(`at most ${CLEARING_INSTRUCTIONS_MAX} instructions a call`);
      const request = { instructions: instructions.map(toInstruction) };
      try {
        return await repeated.execute(async () => {
          const { results } = await client.settleInstructions(request, { timeoutMs: deadlineMs });
          return fromResults(instructions, results);
        });
      } catch (error) {
        const failure = classifyFailure(error);
        logger.debug({ err: failure, broker: name }, 'call to the clearing house failed');
        throw failure;
      }
    },
  };
}

/** Settling again is harmless, so it does not matter whether the house can have acted. */
function classifyFailure(error: unknown): Error {
  if (error instanceof BrokenCircuitError)
    return new ClearingUnavailable('the circuit to the clearing house is open', { cause: error });
  if (isRejection(error))
    return new Error(`the clearing house rejected the call: ${error.message}`, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new ClearingUnavailable(`no answer from the clearing house: ${reason}`, { cause: error });
}
