import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_PASSWORD } from '../support/accounts.ts';
import { buyMarket, createE2eClient } from '../support/e2e-client.ts';
import { type OwnE2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import { DEFAULT_LIMITS } from '../support/raised-limits.ts';
import { hostileClients } from './hostile-clients.ts';
import { createHostileTarget } from './hostile-target.ts';
import {
  aboveBaseline,
  countOf,
  type Gauges,
  gaugesOf,
  memoryOf,
  PROCESSES,
  pidsOf,
  watchPeaks,
} from './watch-stack.ts';

const ATTACK_MS = 3_000;
/**
 * What one attack may cost a process in resident memory: 6,000 unfinished streams of a port for
 * services are the most, 240 MiB.
 */
const MEMORY_MIB_MAX = 350;
const BASELINE_MS_MAX = 30_000;

let e2e: OwnE2eStack;
let trader: Trader;
let baseline: Gauges;
let pids: Record<string, number | undefined>;

async function logIn({ account }: Trader): Promise<string> {
  const credentials = { email: account.email, password: TEST_PASSWORD };
  const answer = await e2e.anyone.send<{ accessToken: string }>('POST', '/v1/auth/login', {
    body: credentials,
  });
  expect(answer.status).toBe(200);
  return answer.body.accessToken;
}

async function trade(): Promise<void> {
  const honest = createE2eClient(e2e.stack.urls.api, await logIn(trader));
  const answer = await honest.submit(buyMarket('FB', '1'));
  expect(answer.status, answer.text).toBe(202);
  expect((await honest.waitForEnd(answer.body.id)).status).toBe('FILLED');
}

beforeAll(async () => {
  e2e = await startE2eStack({ env: { api: DEFAULT_LIMITS, workers: DEFAULT_LIMITS } });
  trader = await e2e.createTrader();
  await trade();
  baseline = await gaugesOf(e2e);
  pids = pidsOf(e2e);
});

afterAll(() => e2e?.stop());

describe('a stranger at the edge', () => {
  it.each(hostileClients(1))(
    'ends no process, holds up nobody and costs little memory: $name',
    async (client) => {
      // A customer of its own: what it may send is used up by itself.
      const customer = await e2e.createTrader('0.00');
      const target = createHostileTarget(e2e.stack.ports, client.name, () => logIn(customer));
      const before = memoryOf(e2e);
      const peaks = watchPeaks(e2e);
      await Promise.all([client.run(target, AbortSignal.timeout(ATTACK_MS)), trade()]);
      const peak = peaks.stop();
      const cost = Object.fromEntries(PROCESSES.map((name) => [name, peak[name] - before[name]]));
      console.info(`${client.name}: MiB above what it was before: ${JSON.stringify(cost)}`);
      expect(pidsOf(e2e)).toEqual(pids);
      expect(Math.max(...Object.values(cost))).toBeLessThan(MEMORY_MIB_MAX);
    },
  );

  it('leaves no socket, session or stream behind', async () => {
    await expect
      .poll(async () => aboveBaseline(baseline, await gaugesOf(e2e), 3), {
        timeout: BASELINE_MS_MAX,
        interval: 500,
      })
      .toEqual([]);
  });

  it('reached no handler that failed: no error escaped one', async () => {
    for (const name of PROCESSES)
      expect(await countOf(e2e, name, 'http_server_escaped_errors_total'), name).toBe(0);
  });

  it('finds no metrics on any public port, however it spells them', async () => {
    const { api, apiH2c, marketData, paperBroker } = e2e.stack.urls;
    for (const url of [api, apiH2c, marketData, paperBroker]) {
      for (const path of [
        '/metrics',
        '/%6detrics',
        '/metrics/',
        '//metrics',
        '/METRICS',
        '/./metrics',
        '/health/../metrics',
      ]) {
        expect((await fetch(`${url}${path}`)).status, `${url}${path}`).toBe(404);
      }
    }
  });
});
