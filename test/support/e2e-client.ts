import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../contracts/errors.ts';
import type { Execution, Order } from '../../contracts/orders/order.ts';
import type { Balance, Position } from '../../contracts/portfolio/portfolio.ts';
import { isOpen } from '../../domain/orders/order.ts';

/** Generous: the machine may be shared. */
const ANSWER_MS_MAX = 30_000;
const ORDER_END_MS_MAX = 30_000;
const POLL_MS = 40;

export interface Answer<T> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
  tookMs: number;
}

/** RFC 9457, as the API writes it; its `status` is the answer's. */
export interface ProblemBody {
  code: ErrorCode;
  orderId?: string;
  errors?: { path: string; message: string }[];
  facts?: Record<string, unknown>;
}

/** The body of `POST /v1/orders`. */
export interface OrderRequest {
  symbol: string;
  side: 'BUY' | 'SELL';
  type: 'MARKET' | 'LIMIT';
  timeInForce: 'DAY' | 'GTC' | 'IOC' | 'FOK';
  quantity: string;
  limitPrice?: string;
  clientOrderId?: string;
}

export const buyMarket = (symbol: string, quantity: string): OrderRequest => ({
  symbol,
  side: 'BUY',
  type: 'MARKET',
  timeInForce: 'DAY',
  quantity,
});

export const buyLimit = (
  symbol: string,
  quantity: string,
  limitPrice: string,
  over: Partial<OrderRequest> = {},
): OrderRequest => ({
  symbol,
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity,
  limitPrice,
  ...over,
});

export interface E2eClient {
  /** Any call. `body` that is a string or bytes goes out as it is. */
  send<T>(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer<T>>;
  get<T>(path: string): Promise<Answer<T>>;
  submit(order: OrderRequest, idempotencyKey?: string): Promise<Answer<Order & ProblemBody>>;
  cancel(orderId: string): Promise<Answer<Order & ProblemBody>>;
  getOrder(orderId: string): Promise<Order>;
  /** Polls until the order is as wished; throws with the order as it last was. */
  waitForOrder(
    orderId: string,
    isAsWished: (order: Order) => boolean,
    timeoutMs?: number,
  ): Promise<Order>;
  /** Polls until the order is closed. */
  waitForEnd(orderId: string, timeoutMs?: number): Promise<Order>;
  listExecutions(orderId: string): Promise<Execution[]>;
  getBalance(): Promise<Balance>;
  getPosition(symbol: string): Promise<Position>;
}

/**
 * Whoever talks to the API over HTTP, with or without a token; one who stays longer than a token is
 * good for brings a function that makes a new one for each request.
 */
export function createE2eClient(
  baseUrl: string,
  token?: string | (() => Promise<string>),
): E2eClient {
  async function authorize(): Promise<Record<string, string>> {
    if (token === undefined) return {};
    return { Authorization: `Bearer ${typeof token === 'string' ? token : await token()}` };
  }

  async function send<T>(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ) {
    const { body, headers = {} } = options;
    const startedAt = performance.now();
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...(await authorize()),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : {
            body:
              typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
          }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    } as RequestInit);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed = (isJson ? JSON.parse(text) : null) as T;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: parsed,
      tookMs: performance.now() - startedAt,
    };
  }

  async function read<T>(path: string): Promise<T> {
    const answer = await send<T>('GET', path);
    if (answer.status !== 200)
      throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  async function waitForOrder(
    orderId: string,
    isAsWished: (order: Order) => boolean,
    timeoutMs = ORDER_END_MS_MAX,
  ): Promise<Order> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const order = await read<Order>(`/v1/orders/${orderId}`);
      if (isAsWished(order)) return order;
      if (Date.now() > deadline)
        throw new Error(
          `the order did not get there within ${timeoutMs} ms: ${JSON.stringify(order)}`,
        );
      await sleep(POLL_MS);
    }
  }

  return {
    send,
    get: (path) => send('GET', path),
    submit: (order, idempotencyKey) =>
      send('POST', '/v1/orders', {
        body: order,
        ...(idempotencyKey === undefined ? {} : { headers: { 'Idempotency-Key': idempotencyKey } }),
      }),
    cancel: (orderId) => send('PUT', `/v1/orders/${orderId}/cancel`),
    getOrder: (orderId) => read(`/v1/orders/${orderId}`),
    waitForOrder,
    waitForEnd: (orderId, timeoutMs) =>
      waitForOrder(orderId, (order) => !isOpen(order.status), timeoutMs),
    listExecutions: async (orderId) =>
      (await read<{ items: Execution[] }>(`/v1/orders/${orderId}/executions`)).items,
    getBalance: () => read('/v1/balance'),
    getPosition: (symbol) => read(`/v1/positions/${symbol}`),
  };
}
