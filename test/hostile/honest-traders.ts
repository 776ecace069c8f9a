import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { TEST_PASSWORD } from '../support/accounts.ts';
import type { E2eStack } from '../support/e2e-stack.ts';

/** Each sends half an order a second at 20 a second: no limit of an account is near. */
const TRADERS = 40;
/** Half of an access token's life. */
const LOGIN_MS = 300_000;
const ANSWER_MS_MAX = 30_000;
const CASH = '10000000.00';

interface Answer {
  status: number;
  body: string;
}

export interface HonestTraders {
  /**
   * Sends one market order and resolves when it has been accepted; rejects with what came instead.
   */
  order(index: number): Promise<void>;
  close(): void;
}

/**
 * Customers who log in as people do, each from an address of his own, and buy a share of FB at a
 * time.
 */
export async function createHonestTraders({
  stack,
  createTraders,
}: E2eStack): Promise<HonestTraders> {
  const traders = (await createTraders(TRADERS, CASH)).map(({ account }, index) => ({
    email: account.email,
    agent: new Agent({ keepAlive: true, localAddress: `127.77.0.${index + 1}` }),
    session: null as { token: Promise<string>; until: number } | null,
  }));
  type HonestTrader = (typeof traders)[number];

  function post(
    { agent }: HonestTrader,
    path: string,
    body: object,
    token?: string,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const headers = { 'content-type': 'application/json', ...authorization };
      const options = {
        agent,
        host: '127.0.0.1',
        port: stack.ports.api,
        method: 'POST',
        path,
        headers,
      };
      const outgoing = request(
        { ...options, signal: AbortSignal.timeout(ANSWER_MS_MAX) },
        (response) => {
          text(response).then(
            (answer) => resolve({ status: response.statusCode ?? 0, body: answer }),
            reject,
          );
        },
      );
      outgoing.on('error', reject).end(JSON.stringify(body));
    });
  }

  async function logIn(trader: HonestTrader): Promise<string> {
    const { status, body } = await post(trader, '/v1/auth/login', {
      email: trader.email,
      password: TEST_PASSWORD,
    });
    if (status !== 200) throw new Error(`login answered ${status}: ${body}`);
    return (JSON.parse(body) as { accessToken: string }).accessToken;
  }

  function tokenOf(trader: HonestTrader): Promise<string> {
    if (trader.session === null || Date.now() > trader.session.until) {
      trader.session = { token: logIn(trader), until: Date.now() + LOGIN_MS };
    }
    return trader.session.token;
  }

  const find = (index: number): HonestTrader => {
    const trader = traders[index % TRADERS];
    if (trader === undefined) throw new RangeError(`there is no trader ${index}`);
    return trader;
  };

  for (const trader of traders) await tokenOf(trader);
  const terms = { symbol: 'FB', side: 'BUY', type: 'MARKET', timeInForce: 'DAY', quantity: '1' };
  return {
    async order(index) {
      const trader = find(index);
      const { status, body } = await post(trader, '/v1/orders', terms, await tokenOf(trader));
      if (status !== 202) throw new Error(`answered ${status}: ${body.slice(0, 200)}`);
    },
    close() {
      for (const { agent } of traders) agent.destroy();
    },
  };
}
