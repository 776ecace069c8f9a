import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { HubError } from '../../contracts/errors.ts';
import type { Quote } from '../../contracts/market/market-data.ts';
import type { StreamMarketDataResponse } from '../../proto/gen/hub/v1/market_pb.js';
import { fromQuoteMessage } from './quote-message.ts';

const BACKOFF_MS_INITIAL = 100;
const BACKOFF_MS_MAX = 5_000;

interface ReconnectOptions {
  open(signal: AbortSignal): AsyncIterable<StreamMarketDataResponse>;
  signal: AbortSignal;
  logger: Logger;
  /** Called when a stream has ended, before it is opened again. */
  onBreak?: () => void;
}

/**
 * One stream without an end over many that may break: it opens again with jittered exponential
 * backoff until `signal` aborts. Each begins with the latest quotes again; {@link withoutRepeats}
 * leaves out those that the one before had delivered. A request that the service rejects for what
 * it is throws `HubError('MARKET_DATA_UNAVAILABLE')`, as asking again would not help; a token that
 * is rejected is another one with the next attempt.
 */
export async function* streamWithReconnect({
  open,
  signal,
  logger,
  onBreak,
}: ReconnectOptions): AsyncGenerator<Quote> {
  let failures = 0;
  while (!signal.aborted) {
    const attempt = new AbortController();
    try {
      for await (const { quote: message } of open(AbortSignal.any([signal, attempt.signal]))) {
        if (failures > 0) logger.info({ failures }, 'quote stream is back');
        failures = 0;
        if (message) yield fromQuoteMessage(message);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isRejection(error)) throw new HubError('MARKET_DATA_UNAVAILABLE', {}, { cause: error });
      if (failures === 0) logger.warn({ err: error }, 'quote stream broke: opening it again');
    } finally {
      // A reader that stops reading ends the call too, not only this loop.
      attempt.abort();
      onBreak?.();
    }
    failures += 1;
    await pause(backoffMs(failures), signal);
  }
}

export async function* withoutRepeats(quotes: AsyncIterable<Quote>): AsyncGenerator<Quote> {
  const delivered = new Map<string, Quote>();
  for await (const quote of quotes) {
    if (isSame(quote, delivered.get(quote.symbol))) continue;
    delivered.set(quote.symbol, quote);
    yield quote;
  }
}

const isSame = (quote: Quote, other: Quote | undefined): boolean =>
  quote.sequence === other?.sequence && quote.time === other.time;

const isRejection = (error: unknown): boolean =>
  error instanceof ConnectError && [Code.InvalidArgument, Code.Unimplemented].includes(error.code);

/** Full jitter: many clients that lost the service together do not come back together. */
const backoffMs = (failures: number): number =>
  Math.random() * Math.min(BACKOFF_MS_INITIAL * 2 ** failures, BACKOFF_MS_MAX);

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
