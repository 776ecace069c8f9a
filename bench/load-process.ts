import { randomUUID } from 'node:crypto';
import { createHubClient } from '../clients/hub-client.ts';
import { createHttpCaller, expectStatus } from './http-caller.ts';
import { serveJobs } from './job-process.ts';
import { type MixedOrder, mixedOrder, openingOrder, restingOrder } from './order-mix.ts';
import { type LoadResult, type Pace, runPaced } from './paced-load.ts';

/** The clients' process: it makes the load and measures what a client would see. */

export interface SubmitParams {
  readonly baseUrl: string;
  /** An access token for each account. */
  readonly tokens: readonly string[];
  /** `opening`: the positions that sells need. */
  readonly orders: 'opening' | 'mixed' | 'resting';
  /** Number of the first order in its row. */
  readonly from: number;
  readonly pace: Pace;
}

export interface CancelParams {
  readonly baseUrl: string;
  readonly tokens: readonly string[];
  /** Each order with the number of its account. */
  readonly orders: readonly (readonly [account: number, orderId: string])[];
  readonly concurrency: number;
}

export interface GetParams {
  readonly baseUrl: string;
  readonly tokens: readonly string[];
  readonly path: string;
  readonly pace: Pace;
}

export interface LoginParams {
  readonly baseUrl: string;
  readonly users: readonly { readonly email: string; readonly password: string }[];
  readonly pace: Pace;
}

export interface ValidateParams {
  readonly baseUrl: string;
  readonly tokens: readonly string[];
  readonly httpVersion: '1.1' | '2';
  readonly pace: Pace;
}

export type LoadJobs = {
  submit: (params: SubmitParams) => Promise<LoadResult>;
  cancel: (params: CancelParams) => Promise<LoadResult>;
  get: (params: GetParams) => Promise<LoadResult>;
  login: (params: LoginParams) => Promise<LoadResult>;
  validate: (params: ValidateParams) => Promise<LoadResult>;
};

const MIXES: Record<SubmitParams['orders'], (index: number) => MixedOrder> = {
  opening: openingOrder,
  mixed: mixedOrder,
  resting: restingOrder,
};

const pick = <T>(values: readonly T[], index: number): T => {
  const value = values[index % values.length];
  if (value === undefined) throw new RangeError('nothing to choose from');
  return value;
};

const callers = new Map<string, ReturnType<typeof createHttpCaller>>();

/** One caller for each server, so that its connections are there from the second job on. */
function callerOf(baseUrl: string): ReturnType<typeof createHttpCaller> {
  const caller = callers.get(baseUrl) ?? createHttpCaller(baseUrl);
  callers.set(baseUrl, caller);
  return caller;
}

function submit({ baseUrl, tokens, orders, from, pace }: SubmitParams): Promise<LoadResult> {
  const call = callerOf(baseUrl);
  return runPaced(pace, async (index) => {
    const { account, body } = MIXES[orders](from + index);
    const headers = {
      authorization: `Bearer ${pick(tokens, account)}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    };
    expectStatus(await call({ method: 'POST', path: '/v1/orders', headers, body }), 202);
  });
}

function cancel({ baseUrl, tokens, orders, concurrency }: CancelParams): Promise<LoadResult> {
  const call = callerOf(baseUrl);
  return runPaced({ kind: 'closed', concurrency, count: orders.length }, async (index) => {
    const [account, orderId] = pick(orders, index);
    const headers = { authorization: `Bearer ${pick(tokens, account)}` };
    expectStatus(await call({ method: 'PUT', path: `/v1/orders/${orderId}/cancel`, headers }), 202);
  });
}

function get({ baseUrl, tokens, path, pace }: GetParams): Promise<LoadResult> {
  const call = callerOf(baseUrl);
  return runPaced(pace, async (index) => {
    expectStatus(
      await call({
        method: 'GET',
        path,
        headers: { authorization: `Bearer ${pick(tokens, index)}` },
      }),
      200,
    );
  });
}

function login({ baseUrl, users, pace }: LoginParams): Promise<LoadResult> {
  const call = callerOf(baseUrl);
  return runPaced(pace, async (index) => {
    const { email, password } = pick(users, index);
    const headers = { 'content-type': 'application/json' };
    expectStatus(
      await call({
        method: 'POST',
        path: '/v1/auth/login',
        headers,
        body: JSON.stringify({ email, password }),
      }),
      200,
    );
  });
}

function validate({ baseUrl, tokens, httpVersion, pace }: ValidateParams): Promise<LoadResult> {
  const { auth } = createHubClient({ baseUrl, httpVersion });
  return runPaced(pace, async (index) => {
    const { valid, code } = await auth.validateToken({ accessToken: pick(tokens, index) });
    if (!valid) throw new Error(code);
  });
}

serveJobs({ submit, cancel, get, login, validate } satisfies LoadJobs);
