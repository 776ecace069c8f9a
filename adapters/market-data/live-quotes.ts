import type { Logger } from 'pino';
import type { Quote } from '../../contracts/market/market-data.ts';
import type { StreamMarketDataResponse } from '../../proto/gen/hub/v1/market_pb.js';
import { streamWithReconnect } from './stream-with-reconnect.ts';

/**
 * A quote that arrived longer ago is asked for again: a service that hangs is not trusted for long.
 */
const AGE_MS_MAX = 2_000;

export interface LiveQuotes {
  /**
   * The latest quotes, when each of the symbols has one that is fresh; `null` when the service has
   * to be asked.
   */
  find(symbols: readonly string[]): Quote[] | null;
}

export interface FollowOptions {
  openStream(
    symbols: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<StreamMarketDataResponse>;
  signal: AbortSignal;
  logger: Logger;
}

/**
 * Keeps the latest quote of every symbol from the service's stream, and only while the stream
 * stands: when it breaks, all are forgotten, and callers learn by their own call whether the
 * service is away.
 */
export function followQuotes({ openStream, signal, logger }: FollowOptions): LiveQuotes {
  const latest = new Map<string, { quote: Quote; arrivedAtMs: number }>();
  const stream = streamWithReconnect({
    open: (opened) => openStream([], opened),
    signal,
    logger,
    onBreak: () => latest.clear(),
  });

  async function follow(): Promise<void> {
    for await (const quote of stream)
      latest.set(quote.symbol, { quote, arrivedAtMs: performance.now() });
  }
  follow().catch((error: unknown) =>
    logger.error({ err: error }, 'quotes are not followed: each is asked for'),
  );

  return {
    find(symbols) {
      const oldest = performance.now() - AGE_MS_MAX;
      const found = symbols
        .map((symbol) => latest.get(symbol))
        .filter((entry) => entry !== undefined && entry.arrivedAtMs >= oldest);
      return found.length === symbols.length ? found.flatMap((entry) => entry?.quote ?? []) : null;
    },
  };
}
