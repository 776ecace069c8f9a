import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  PartStatus,
  SystemPart,
  SystemStatus,
} from '../../contracts/operators/system-status.ts';
import { DEMO_OPERATOR } from '../../dev/operator-access.ts';
import { findFreePorts } from '../../dev/ports.ts';
import { freezeTree, thawTree } from '../../dev/process-tree.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import { createFundedAccount } from '../support/accounts.ts';
import { createE2eClient } from '../support/e2e-client.ts';
import { healStack } from '../support/e2e-recovery.ts';
import { type OwnE2eStack, startE2eStack } from '../support/e2e-stack.ts';

// Each part is really taken away: the call goes on answering, in time, and names it.

const ANSWER_MS_MAX = 3_000;
const NOTICED_MS_MAX = 60_000;
const STATUS_PROGRAM = fileURLToPath(new URL('../../dev/status.ts', import.meta.url));

let e2e: OwnE2eStack;
let token: string;
/** What was stopped, and goes on after the test. */
const frozen: number[] = [];

beforeAll(async () => {
  e2e = await startE2eStack();
});

afterAll(() => e2e?.stop());

beforeEach(async () => {
  const { body } = await e2e.anyone.send<{ accessToken: string }>('POST', '/v1/auth/login', {
    body: DEMO_OPERATOR,
  });
  token = body.accessToken;
  await waitUntilUp();
});

afterEach(async () => {
  for (const pid of frozen.splice(0)) await thawTree(pid);
  await healStack(e2e);
});

interface Look {
  tookMs: number;
  status: number;
  system: SystemStatus;
  part(name: string): SystemPart;
}

async function look(): Promise<Look> {
  const startedAt = performance.now();
  const { status, body } = await createE2eClient(e2e.stack.urls.api, token).get<SystemStatus>(
    '/v1/admin/system',
  );
  const part = (name: string): SystemPart => {
    const found = body.parts?.find((one) => one.name === name);
    if (!found) throw new Error(`there is no part ${name} in ${JSON.stringify(body)}`);
    return found;
  };
  return { tookMs: performance.now() - startedAt, status, system: body, part };
}

async function waitUntilUp(): Promise<void> {
  let last = '';
  const isUp = async () => {
    const { system } = await look();
    last = JSON.stringify(system);
    return system.status === 'UP';
  };
  await waitUntil(isUp, { timeoutMs: NOTICED_MS_MAX, everyMs: 500, message: 'not UP' }).catch(
    () => {
      throw new Error(`the system does not come up: ${last}`);
    },
  );
}

/** Looks until the part has one of the statuses; no look may fail or take long. */
async function lookUntil(name: string, ...statuses: PartStatus[]): Promise<Look> {
  const takenAwayAt = performance.now();
  for (;;) {
    const seen = await look();
    expect(seen.status).toBe(200);
    expect(seen.tookMs).toBeLessThan(ANSWER_MS_MAX);
    const { status, detail, action, since } = seen.part(name);
    const afterMs = performance.now() - takenAwayAt;
    if (statuses.includes(status)) {
      console.info(
        `${name} is ${status} after ${Math.round(afterMs)} ms (the call took ${Math.round(seen.tookMs)} ms) since ${since}: ${detail} ${action}`,
      );
      return seen;
    }
    if (afterMs > NOTICED_MS_MAX)
      throw new Error(`${name} is ${status} still: ${JSON.stringify(seen.system)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function freeze(pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error('it does not run');
  frozen.push(pid);
  await freezeTree(pid);
}

const runStatus = (env: Readonly<Record<string, string>>) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [STATUS_PROGRAM],
      { env: { ...process.env, HUB_URL: e2e.stack.urls.api, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

it('is UP with all its parts, and npm run status ends with 0', async () => {
  const { system, tookMs } = await look();
  console.info(`all UP after ${Math.round(tookMs)} ms`);
  expect(system.parts.length).toBeGreaterThan(12);
  const { code, output } = await runStatus({});
  console.info(output);
  expect(code).toBe(0);
  expect(output).toContain('The system is UP');
  for (const { name } of system.parts) expect(output).toContain(name);
});

describe('Postgres', () => {
  it('hangs: it is DOWN, what it knows of is UNKNOWN, and all else is as it is', async () => {
    await freeze(e2e.stack.services.postgres?.pid);
    const { part } = await lookUntil('postgres', 'DOWN');
    expect(part('postgres').detail).toBe('It does not answer in time.');
    for (const name of ['settlement', 'breaks', 'orders/suspended', 'orders/unconfirmed'])
      expect(part(name)).toMatchObject({ status: 'UNKNOWN', detail: 'Postgres does not say.' });
    for (const name of ['temporal', 'redis', 'market-data', 'workers/orders'])
      expect(part(name).status).toBe('UP');
    expect((await e2e.anyone.get('/health/ready')).body).toMatchObject({
      checks: { postgres: 'away', temporal: 'ok', marketData: 'ok' },
    });
  });

  it('is gone: it is DOWN since then, and npm run status says why nobody can log in', async () => {
    const before = new Date().toISOString();
    await e2e.stack.services.postgres?.kill('SIGKILL');
    const { part } = await lookUntil('postgres', 'DOWN');
    expect((part('postgres').since ?? '') >= before).toBe(true);
    const { code, output } = await runStatus({});
    console.info(output);
    expect(code).toBe(1);
    expect(output).toMatch(/It misses postgres \(docs\/RUNBOOK\.md#postgresaway\)/);
  });

  it('and Redis are gone: nobody can be let in', async () => {
    await e2e.stack.services.redis?.kill('SIGKILL');
    await e2e.stack.services.postgres?.kill('SIGKILL');
    const isShut = async () => (await look()).status === 503;
    await waitUntil(isShut, { timeoutMs: NOTICED_MS_MAX, everyMs: 500, message: 'not 503' });
    expect((await look()).system).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect((await e2e.anyone.get('/health/ready')).status).toBe(503);
  });
});

describe('Redis', () => {
  it.each(['SIGSTOP', 'SIGKILL'] as const)('is DOWN after %s', async (signal) => {
    const { redis } = e2e.stack.services;
    if (signal === 'SIGSTOP') await freeze(redis?.pid);
    else await redis?.kill(signal);
    const { part } = await lookUntil('redis', 'DOWN');
    expect(part('postgres').status).toBe('UP');
    expect((await e2e.anyone.get('/health/ready')).status).toBe(200);
  });
});

describe('Temporal', () => {
  it.each(['SIGSTOP', 'SIGKILL'] as const)(
    'is DOWN after %s, and what it knows of is UNKNOWN',
    async (signal) => {
      const { temporal } = e2e.stack.services;
      if (signal === 'SIGSTOP') await freeze(temporal?.pid);
      else await temporal?.kill(signal);
      const { part } = await lookUntil('temporal', 'DOWN');
      for (const name of ['broker-session/paper-broker', 'workers/orders', 'settlement'])
        expect(part(name)).toMatchObject({ status: 'UNKNOWN', detail: 'Temporal does not say.' });
      expect(part('postgres').status).toBe('UP');
      expect(part('breaks').status).toBe('UP');
    },
  );
});

describe('market data', () => {
  it.each(['SIGSTOP', 'SIGKILL'] as const)('is DOWN after %s', async (signal) => {
    const marketData = e2e.stack.processes['market-data'];
    if (signal === 'SIGSTOP') await freeze(marketData?.pid);
    else await marketData?.kill(signal);
    const { part } = await lookUntil('market-data', 'DOWN');
    expect(part('temporal').status).toBe('UP');
  });
});

describe("the broker's session", () => {
  it('is DOWN when the broker is gone', async () => {
    await e2e.stack.processes['paper-broker']?.kill('SIGKILL');
    const { part } = await lookUntil('broker-session/paper-broker', 'DOWN');
    expect(part('broker-session/paper-broker').action).toContain('#brokeraway');
    expect(part('workers/broker-session').status).toBe('UP');
  });

  it('is no longer UP when the broker hangs', async () => {
    await freeze(e2e.stack.processes['paper-broker']?.pid);
    const { part } = await lookUntil('broker-session/paper-broker', 'DOWN', 'DEGRADED');
    expect(part('broker-session/paper-broker').action).toContain('#brokeraway');
  });

  it.each(['SIGSTOP', 'SIGKILL'] as const)(
    'is no longer UP after %s of all workers',
    async (signal) => {
      const { workers } = e2e.stack.processes;
      if (signal === 'SIGSTOP') await freeze(workers?.pid);
      else await workers?.kill(signal);
      const { part } = await lookUntil('broker-session/paper-broker', 'DOWN', 'DEGRADED');
      expect(part('broker-session/paper-broker').action).toContain('#brokersessionstopped');
      const waiting = await e2e.temporal.workflow.start('order', {
        workflowId: `nobody-takes-it/${randomUUID()}`,
        taskQueue: 'orders',
        workflowTaskTimeout: '1 second',
      });
      const { part: later } = await lookUntil('workers/orders', 'DEGRADED', 'DOWN');
      expect(later('workers/orders').action).toMatch(/#taskqueue/);
      await waiting.terminate();
    },
  );

  it('is DOWN when its workflow was ended, and since then', async () => {
    const session = e2e.temporal.workflow.getHandle('broker-session/paper-broker');
    await session.terminate('to see what is said of it');
    const { part } = await lookUntil('broker-session/paper-broker', 'DOWN');
    const { closeTime } = await session.describe();
    expect(part('broker-session/paper-broker')).toMatchObject({
      detail: 'Its workflow does not run.',
      since: closeTime?.toISOString(),
    });
    await e2e.stack.processes.workers?.restart();
  });
});

describe('what waits', () => {
  it('is told with its count and since when', async () => {
    const { accountId } = await createFundedAccount(e2e.hub, { cash: '1000.00' });
    const breakId = randomUUID();
    const ids = [randomUUID(), randomUUID()] as const;
    const add = (id: string, status: string, suspendedAt: string | null) => e2e.hub`
      insert into orders (id, account_id, client_order_id, symbol, broker, side, type, time_in_force, quantity, status,
        submitted_at, updated_at, suspended_at)
      values (${id}, ${accountId}, ${id}, 'AAPL', 'nobody', 'BUY', 'MARKET', 'DAY', 1, ${status},
        now() - interval '2 hours', now(), ${suspendedAt})`;
    await add(ids[0], 'SUSPENDED', '2026-11-24T14:30:00Z');
    await add(ids[1], 'PENDING_NEW', null);
    await e2e.hub`insert into breaks (id, key, kind, broker, raised_at)
      values (${breakId}, 'status', 'REPORT_GAP', 'nobody', '2026-11-24T14:31:00Z')`;
    const { part, system } = await lookUntil('breaks', 'DEGRADED');
    expect(part('breaks')).toMatchObject({
      detail: expect.stringMatching(/^1 is open/),
      since: '2026-11-24T14:31:00.000Z',
    });
    expect(part('orders/suspended')).toMatchObject({
      status: 'DEGRADED',
      detail: expect.stringMatching(/^1 order waits/),
      since: '2026-11-24T14:30:00.000Z',
    });
    expect(part('orders/unconfirmed')).toMatchObject({
      status: 'DEGRADED',
      detail: '1 order is not confirmed, the oldest for 2 h.',
    });
    expect(system.status).toBe('DEGRADED');
    const { code, output } = await runStatus({});
    expect(code).toBe(1);
    expect(output).toMatch(/What to do:[\s\S]*breaks: .*docs\/RUNBOOK\.md#breaksopen/);
    await e2e.hub`delete from breaks where id = ${breakId}`;
    await e2e.hub`delete from orders where id in ${e2e.hub(ids)}`;
  });

  it('is told when the settlement’s schedule is paused', async () => {
    const schedule = e2e.temporal.schedule.getHandle('settlement-run');
    await schedule.pause('to see what is said of it');
    const { part } = await lookUntil('settlement', 'DEGRADED');
    expect(part('settlement').detail).toMatch(/^The schedule is paused/);
    await schedule.unpause();
  });

  it('is told of the last settlement run', async () => {
    await e2e.temporal.schedule.getHandle('settlement-run').trigger();
    const hasRun = async () =>
      /^The last run completed at /.test((await look()).part('settlement').detail);
    await waitUntil(hasRun, { timeoutMs: NOTICED_MS_MAX, everyMs: 500, message: 'no run is told' });
  });
});

it('answers many at once with one look', async () => {
  const looks = await Promise.all(Array.from({ length: 200 }, look));
  expect(looks.every(({ status }) => status === 200)).toBe(true);
  expect(new Set(looks.map(({ system }) => system.checkedAt)).size).toBeLessThan(5);
  console.info(
    `200 calls at once: the last after ${Math.round(Math.max(...looks.map(({ tookMs }) => tookMs)))} ms`,
  );
});

it('cannot be told where no API is, and npm run status says what to set', async () => {
  const [port] = await findFreePorts(1);
  const { code, output } = await runStatus({ HUB_URL: `http://127.0.0.1:${port}` });
  expect(code).toBe(1);
  expect(output).toBe(
    `The API at http://127.0.0.1:${port} cannot be reached (ECONNREFUSED): start it, or set HUB_URL to where it is.\n`,
  );
});
