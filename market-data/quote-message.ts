import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Quote } from '../contracts/market/market-data.ts';
import { type Quote as QuoteMessage, QuoteSchema } from '../proto/gen/hub/v1/market_pb.js';

const messages = new WeakMap<Quote, QuoteMessage>();

/** The quote as it goes over the wire; made once per quote, however many streams send it. */
export function toQuoteMessage(quote: Quote): QuoteMessage {
  const made = messages.get(quote);
  if (made) return made;
  const message = create(QuoteSchema, {
    symbol: quote.symbol,
    bid: quote.bid,
    ask: quote.ask,
    last: quote.last,
    bidSize: quote.bidSize,
    askSize: quote.askSize,
    sequence: BigInt(quote.sequence),
    time: timestampFromMs(Date.parse(quote.time)),
  });
  messages.set(quote, message);
  return message;
}
