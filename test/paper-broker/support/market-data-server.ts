import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { MarketDataService, type Quote, QuoteSchema } from '../../../proto/gen/hub/v1/market_pb.js';

export interface MarketDataServer {
  url: string;
  /** Tells every stream, and every stream that opens later, a newer quote of the symbol. */
  tell(
    symbol: string,
    numbers: { bid: string; ask: string; last?: string; bidSize?: string; askSize?: string },
  ): void;
  streams(): number;
  close(): Promise<void>;
}

/** MarketDataService with quotes that the test makes. Port 0 takes a free one. */
export async function startMarketDataServer(port = 0): Promise<MarketDataServer> {
  const latest = new Map<string, Quote>();
  const listeners = new Set<(quote: Quote) => void>();
  const sessions = new Set<ServerHttp2Session>();
  const server: Http2Server = createServer(
    connectNodeAdapter({
      routes: (router) =>
        router.service(MarketDataService, {
          getMarketData: ({ symbols }) => ({
            quotes: symbols.flatMap((symbol) => latest.get(symbol) ?? []),
            unknownSymbols: symbols.filter((symbol) => !latest.has(symbol)),
          }),
          async *streamMarketData(_request, { signal }) {
            const queue: Quote[] = [...latest.values()];
            let wake = (): void => {};
            const listener = (quote: Quote): void => {
              queue.push(quote);
              wake();
            };
            listeners.add(listener);
            signal.addEventListener('abort', () => wake());
            while (!signal.aborted) {
              for (const quote of queue.splice(0)) yield { quote };
              await new Promise<void>((resolve) => {
                wake = resolve;
                if (queue.length > 0 || signal.aborted) resolve();
              });
            }
            listeners.delete(listener);
          },
        }),
    }),
  );
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    tell(symbol, { bid, ask, last = bid, bidSize = '1000', askSize = '1000' }) {
      const sequence = (latest.get(symbol)?.sequence ?? 0n) + 1n;
      const quote = create(QuoteSchema, {
        symbol,
        bid,
        ask,
        last,
        bidSize,
        askSize,
        sequence,
        time: timestampFromMs(Date.now()),
      });
      latest.set(symbol, quote);
      for (const listener of listeners) listener(quote);
    },
    streams: () => listeners.size,
    async close() {
      if (!server.listening) return;
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
