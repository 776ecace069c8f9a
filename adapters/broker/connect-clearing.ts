import { type Client, createClient } from '@connectrpc/connect';
import { BrokenCircuitError } from 'cockatiel';
import type { Logger } from 'pino';
import { CLEARING_INSTRUCTIONS_MAX, type Clearing, ClearingUnavailable } from '../../contracts/ports/clearing.ts';
import { ClearingService } from '../../proto/gen/hub/v1/clearing_pb.js';
import { fromResults, toInstruction } from './clearing-message.ts';
import { connectVenue, createVenuePolicies, isRefusal } from './venue-connection.ts';

export interface ConnectClearingOptions {
  /** `http://host:port` of the clearing house: the venue's. */
  baseUrl: string;
  /** Longest wait for one attempt. */
  deadlineMs?: number;
  logger: Logger;
}

/** A thousand instructions are a transaction of the house's own. */
const DEADLINE_MS = 5_000;
const RETRIES = { retriesMax: 2, backoffMs: { initial: 50, max: 500 } };

/**
 * The clearing house over the Connect protocol. Settling is idempotent there, so a call whose answer never came is sent again, twice at
 * most, with jitter. After 5 failures in a row a breaker fails calls at once for 1 s. A call that the house refuses as wrong throws a plain error.
 */
export function createConnectClearing({ baseUrl, deadlineMs = DEADLINE_MS, logger }: ConnectClearingOptions): Clearing {
  const client: Client<typeof ClearingService> = createClient(ClearingService, connectVenue(baseUrl));
  const { repeated } = createVenuePolicies({ name: 'the clearing house', ...RETRIES, logger });
  return {
    async settle(instructions) {
      if (instructions.length === 0) return [];
      if (instructions.length > CLEARING_INSTRUCTIONS_MAX) throw new RangeError(`at most ${CLEARING_INSTRUCTIONS_MAX} instructions a call`);
      const request = { instructions: instructions.map(toInstruction) };
      try {
        return await repeated.execute(async () => {
          const { results } = await client.settleInstructions(request, { timeoutMs: deadlineMs });
          return fromResults(instructions, results);
        });
      } catch (error) {
        const failure = classifyFailure(error);
        logger.debug({ err: failure }, 'call to the clearing house failed');
        throw failure;
      }
    },
  };
}

/** Settling again is harmless, so it does not matter whether the house can have acted. */
function classifyFailure(error: unknown): Error {
  if (error instanceof BrokenCircuitError) return new ClearingUnavailable('the circuit to the clearing house is open', { cause: error });
  if (isRefusal(error)) return new Error(`the clearing house refused the call: ${error.message}`, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new ClearingUnavailable(`no answer from the clearing house: ${reason}`, { cause: error });
}
