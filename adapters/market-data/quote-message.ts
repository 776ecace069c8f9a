import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Quote } from '../../contracts/market/market-data.ts';
import type { Quote as QuoteMessage } from '../../proto/gen/hub/v1/market_pb.js';

/**
 * Reads a quote off the wire. Throws when it has no time: such a quote cannot be judged for its
 * age.
 */
export function fromQuoteMessage(message: QuoteMessage): Quote {
  const { symbol, bid, ask, last, bidSize, askSize, sequence, time } = message;
  if (!time) throw new TypeError(`the quote of ${symbol} has no time`);
  return {
    symbol,
    bid,
    ask,
    last,
    bidSize,
    askSize,
    sequence: Number(sequence),
    time: timestampDate(time).toISOString(),
  };
}
