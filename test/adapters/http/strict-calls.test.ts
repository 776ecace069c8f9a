import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { afterEach, expect, it } from 'vitest';
import type { HttpServer } from '../../../adapters/http/http-server.ts';
import { createRpcHandler } from '../../../adapters/http/rpc-handler.ts';
import { rejectLateCalls, STRICT_JSON } from '../../../adapters/http/strict-calls.ts';
import { MarketDataService } from '../../../proto/gen/hub/v1/market_pb.js';
import { buildServer } from './server-rig.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

/**
 * A service of the inside, as market-data and the venue set theirs up; it writes down what it was
 * asked for.
 */
async function serve() {
  const asked: string[][] = [];
  const handler = createRpcHandler({
    readMaxBytes: 64 * 1024,
    jsonOptions: STRICT_JSON,
    interceptors: [rejectLateCalls],
    routes: (router) =>
      router.service(MarketDataService, {
        warmCache: ({ symbols }) => {
          asked.push(symbols);
          return { warmed: symbols.length };
        },
      }),
  });
  const { server } = buildServer(handler);
  servers.push(server);
  const { port } = await server.listen(0, '127.0.0.1');
  return { asked, baseUrl: `http://127.0.0.1:${port}` };
}

const post = (
  baseUrl: string,
  type: string,
  body: Uint8Array,
  headers: Record<string, string> = {},
) =>
  fetch(`${baseUrl}/hub.v1.MarketDataService/WarmCache`, {
    method: 'POST',
    headers: { 'Content-Type': type, ...headers },
    body,
  });

it.each([
  [
    'JSON with a byte that is no UTF-8',
    'application/json',
    Buffer.from('{"symbols":["\xe9"]}', 'latin1'),
  ],
  ['JSON with a key twice', 'application/json', Buffer.from('{"symbols":["A"],"symbols":["B"]}')],
  ['protobuf that ends too early', 'application/proto', Buffer.from([0x0a, 0x20, 0x41])],
  ['protobuf with a text that is no UTF-8', 'application/proto', Buffer.from([0x0a, 0x01, 0xe9])],
])('takes no %s', async (_what, type, body) => {
  const { asked, baseUrl } = await serve();
  const response = await post(baseUrl, type, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'invalid_argument' });
  expect(asked).toEqual([]);
});

it('does not begin what has no time left', async () => {
  const { asked, baseUrl } = await serve();
  const response = await post(baseUrl, 'application/json', Buffer.from('{"symbols":["AAPL"]}'), {
    'Connect-Timeout-Ms': '0',
  });
  expect(await response.json()).toMatchObject({ code: 'deadline_exceeded' });
  const grpc = createClient(MarketDataService, createGrpcTransport({ baseUrl }));
  const late = grpc.warmCache({ symbols: ['AAPL'] }, { headers: { 'grpc-timeout': '0n' } });
  expect(ConnectError.from(await late.catch((error: unknown) => error)).code).toBe(
    Code.DeadlineExceeded,
  );
  expect(asked).toEqual([]);
  expect(await grpc.warmCache({ symbols: ['AAPL'] })).toMatchObject({ warmed: 1 });
});
