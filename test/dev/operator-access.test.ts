import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askSystem, readOperatorAccess } from '../../dev/operator-access.ts';
import { findFreePorts } from '../../dev/ports.ts';
import { systemTable } from '../../dev/system-table.ts';
import { warnOfTroubles } from '../../dev/warn-of-troubles.ts';
import { SYSTEM } from '../api/stub-fixtures.ts';

const LOGIN = { email: 'olga@hub.test', password: 'a-password-of-olga' };

interface Asked {
  call: string;
  authorization: string | undefined;
}

type Answers = Readonly<Record<string, readonly [status: number, body: unknown]>>;

/** An API that answers as it is told, and 404 otherwise. */
async function serve(answers: Answers) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const call = `${request.method} ${request.url}`;
    asked.push({ call, authorization: request.headers.authorization });
    const [status, body] = answers[call] ?? [404, { code: 'NOT_FOUND' }];
    response.statusCode = status;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, url, ask: () => askSystem({ url, ...LOGIN }) };
}

const LOGGED_IN = { 'POST /v1/auth/login': [200, { accessToken: 'the-token' }] } as const;

describe('where the API is and who asks it', () => {
  it('is the API of npm start and its demo operator, unless said', () => {
    expect(readOperatorAccess({})).toEqual({
      url: 'http://127.0.0.1:8080',
      email: 'operator@hub.local',
      password: 'operator-password-1',
    });
    expect(readOperatorAccess({ API_PORT: '9090' }).url).toBe('http://127.0.0.1:9090');
  });

  it('is what the variables say', () => {
    const { email: HUB_OPERATOR_EMAIL, password: HUB_OPERATOR_PASSWORD } = LOGIN;
    const said = { HUB_URL: 'https://hub.test/', HUB_OPERATOR_EMAIL, HUB_OPERATOR_PASSWORD };
    expect(readOperatorAccess(said)).toEqual({ url: 'https://hub.test', ...LOGIN });
  });

  it.each([
    ['no address', { HUB_URL: 'hub' }, 'HUB_URL'],
    ['nobody in production', { HUB_PROFILE: 'production' }, 'Set HUB_OPERATOR_EMAIL'],
    ['an e-mail without its password', { HUB_OPERATOR_EMAIL: 'olga@hub.test' }, 'PASSWORD'],
  ])('is asked for when it is %s', (_what, env, sentence) => {
    expect(() => readOperatorAccess(env)).toThrow(sentence);
  });
});

describe('asking how the system is', () => {
  it('logs in, asks, and logs out', async () => {
    const { ask, asked } = await serve({ ...LOGGED_IN, 'GET /v1/admin/system': [200, SYSTEM] });
    expect(await ask()).toEqual(SYSTEM);
    const authorization = 'Bearer the-token';
    expect(asked).toEqual([
      { call: 'POST /v1/auth/login', authorization: undefined },
      { call: 'GET /v1/admin/system', authorization },
      { call: 'POST /v1/auth/logout', authorization },
    ]);
  });

  it('says where nobody answers, and what to set', async () => {
    const [port] = await findFreePorts(1);
    await expect(askSystem({ url: `http://127.0.0.1:${port}`, ...LOGIN })).rejects.toThrow(
      `The API at http://127.0.0.1:${port} cannot be reached (ECONNREFUSED): start it, or set HUB_URL to where it is.`,
    );
  });

  it('says whose login is not taken, and who is no operator', async () => {
    const stranger = await serve({ 'POST /v1/auth/login': [401, { code: 'INVALID_CREDENTIALS' }] });
    await expect(stranger.ask()).rejects.toThrow(
      /does not take the login of olga@hub\.test: set HUB_OPERATOR_EMAIL/,
    );
    const customer = await serve({
      ...LOGGED_IN,
      'GET /v1/admin/system': [403, { code: 'FORBIDDEN' }],
    });
    await expect(customer.ask()).rejects.toThrow('olga@hub.test is no operator.');
  });

  it('says what the API misses when nobody can log in', async () => {
    const { ask, url } = await serve({
      'POST /v1/auth/login': [503, { code: 'DATABASE_UNAVAILABLE' }],
      'GET /health/ready': [503, { checks: { postgres: 'away', temporal: 'ok' } }],
    });
    await expect(ask()).rejects.toThrow(
      `The API at ${url} answers 503 DATABASE_UNAVAILABLE to a login. It misses postgres (docs/RUNBOOK.md#postgresaway).`,
    );
  });

  it('says that something else answers', async () => {
    const { ask, url } = await serve({ 'POST /v1/auth/login': [200, '<html>'] });
    await expect(ask()).rejects.toThrow(`What answers at ${url} is no hub.`);
  });
});

describe('what npm start warns of', () => {
  const warningsOf = async (url: string, signal = new AbortController().signal) => {
    const said: string[] = [];
    const say = (name: string, line: string) => void said.push(`${name}: ${line}`);
    const patience = { attemptsMax: 2, betweenMs: 10 };
    await warnOfTroubles({ url, ...LOGIN }, say, signal, patience);
    return said;
  };

  it('is each part that is still not UP when it is asked again', async () => {
    const { url, asked } = await serve({ ...LOGGED_IN, 'GET /v1/admin/system': [200, SYSTEM] });
    expect(await warningsOf(url)).toEqual([
      'warning: breaks is DEGRADED. 2 are open. Resolve them: docs/RUNBOOK.md#breaksopen',
      'warning: temporal is DOWN. It cannot be reached. Bring Temporal back: docs/RUNBOOK.md#temporalaway',
      'warning: workers/orders is UNKNOWN. Temporal does not say. Bring Temporal back: docs/RUNBOOK.md#temporalaway',
    ]);
    expect(asked.filter(({ call }) => call === 'GET /v1/admin/system')).toHaveLength(2);
  });

  it('is nothing when all are UP', async () => {
    const well = { ...SYSTEM, parts: SYSTEM.parts.filter(({ status }) => status === 'UP') };
    const { url, asked } = await serve({ ...LOGGED_IN, 'GET /v1/admin/system': [200, well] });
    expect(await warningsOf(url)).toEqual([]);
    expect(asked.filter(({ call }) => call === 'GET /v1/admin/system')).toHaveLength(1);
  });

  it('is that it cannot be told, unless everything is being stopped', async () => {
    const { url } = await serve({});
    expect(await warningsOf(url)).toEqual([
      `warning: The API at ${url} answers 404 NOT_FOUND to a login.`,
    ]);
    expect(await warningsOf(url, AbortSignal.abort())).toEqual([]);
  });
});

describe('the table', () => {
  it('has a line for each part, and what to do about those that are not UP', () => {
    const lines = systemTable(SYSTEM).split('\n');
    expect(lines[0]).toBe('The system is DOWN at 2026-11-24T14:30:00.000Z');
    expect(lines).toContain('postgres        UP        2026-11-24T14:30:00.000Z  It answers.');
    expect(lines).toContain(
      'temporal        DOWN      not known                 It cannot be reached.',
    );
    expect(lines.slice(lines.indexOf('What to do:'))).toEqual([
      'What to do:',
      '  breaks: Resolve them: docs/RUNBOOK.md#breaksopen',
      '  temporal: Bring Temporal back: docs/RUNBOOK.md#temporalaway',
      '  workers/orders: Bring Temporal back: docs/RUNBOOK.md#temporalaway',
    ]);
  });

  it('has nothing to do when all are UP', () => {
    const [postgres] = SYSTEM.parts;
    const well = { ...SYSTEM, status: 'UP' as const, parts: postgres ? [postgres] : [] };
    expect(systemTable(well)).not.toContain('What to do');
  });
});
