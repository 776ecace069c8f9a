import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { compressionGzip, createConnectTransport } from '@connectrpc/connect-node';
import { AuthService } from '../proto/gen/hub/v1/identity_pb.js';
import { OperatorService } from '../proto/gen/hub/v1/operators_pb.js';
import { OrderService } from '../proto/gen/hub/v1/orders_pb.js';
import { PortfolioService, PositionService } from '../proto/gen/hub/v1/portfolio_pb.js';

export interface HubClient {
  auth: Client<typeof AuthService>;
  orders: Client<typeof OrderService>;
  positions: Client<typeof PositionService>;
  portfolio: Client<typeof PortfolioService>;
  /** Needs the role OPERATOR. */
  operators: Client<typeof OperatorService>;
}

export interface HubClientOptions {
  /** `http://127.0.0.1:8080` (HTTP/1.1), or `http://127.0.0.1:8081` with `httpVersion: '2'`. */
  baseUrl: string;
  /**
   * An access token, or what gives the current one; it is asked at each call. Not needed for
   * `auth`.
   */
  token?: string | (() => string | Promise<string>);
  httpVersion?: '1.1' | '2';
  /** Deadline of each call. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Typed clients of the hub's services over Connect.
 *
 * ```ts
 * const { accessToken } = await createHubClient({ baseUrl }).auth.login({ email, password });
 * const hub = createHubClient({ baseUrl, token: accessToken });
 * const { order } = await hub.orders.submitOrder({ symbol: 'AAPL', side: Side.BUY, type: OrderType.MARKET, timeInForce: TimeInForce.DAY, quantity: '10' });
 * await hub.orders.replaceOrder({ id: orderId, quantity: '12', idempotencyKey: 'my-replace-1' });
 * ```
 *
 * A failed call throws a `ConnectError`; `error.findDetails(ErrorInfoSchema)[0]?.code` is the
 * stable code that REST gives too.
 */
export function createHubClient({
  baseUrl,
  token,
  httpVersion = '1.1',
  timeoutMs = TIMEOUT_MS,
}: HubClientOptions): HubClient {
  const interceptors = token === undefined ? [] : [sendToken(token)];
  const transport = createConnectTransport({
    baseUrl,
    httpVersion,
    interceptors,
    defaultTimeoutMs: timeoutMs,
    acceptCompression: [compressionGzip],
  });
  return {
    auth: createClient(AuthService, transport),
    orders: createClient(OrderService, transport),
    positions: createClient(PositionService, transport),
    portfolio: createClient(PortfolioService, transport),
    operators: createClient(OperatorService, transport),
  };
}

const sendToken =
  (token: NonNullable<HubClientOptions['token']>): Interceptor =>
  (next) =>
  async (request) => {
    request.header.set(
      'Authorization',
      `Bearer ${typeof token === 'string' ? token : await token()}`,
    );
    return next(request);
  };
