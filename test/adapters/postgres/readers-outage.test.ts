import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import {
  databaseErrorToHubError,
  guardDatabase,
} from '../../../adapters/postgres/database-errors.ts';
import { createOrderReader } from '../../../adapters/postgres/orders/order-reader.ts';
import { createPortfolioReader } from '../../../adapters/postgres/portfolio/portfolio-reader.ts';
import { HubError } from '../../../contracts/errors.ts';
import { createTestDatabase } from '../../support/services.ts';

const UNAVAILABLE = { name: 'HubError', code: 'DATABASE_UNAVAILABLE' };

let url: string;

beforeAll(async () => {
  url = (await createTestDatabase()).url;
});

describe('a database that is away', () => {
  let proxy: Server;
  let database: Database;
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    const target = new URL(url);
    proxy = createServer((client) => {
      const server = connect(Number(target.port), target.hostname);
      for (const socket of [client, server]) {
        sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          client.destroy();
          server.destroy();
        });
      }
      client.pipe(server).pipe(client);
    });
    await listenOn(0);
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(portOf(proxy));
    database = openDatabase(through.href, { poolSize: 2, applicationName: 'readers-outage' });
  });

  afterAll(async () => {
    await database?.close();
    await new Promise((resolve) => proxy.close(resolve));
  });

  const listenOn = (port: number): Promise<void> =>
    new Promise((resolve) => proxy.listen(port, '127.0.0.1', () => resolve()));

  it('is DATABASE_UNAVAILABLE before, amid and after a query, and serves again when it is back', async () => {
    const orders = createOrderReader(database.sql);
    const portfolio = createPortfolioReader(database.sql);
    const read = () => orders.findOrder(randomUUID(), randomUUID());
    expect(await read()).toBeNull();

    const amid = guardDatabase(() => database.sql`select pg_sleep(30)`);
    const failed = expect(amid).rejects.toMatchObject(UNAVAILABLE);
    await expect.poll(async () => await isSleeping(url)).toBe(true);
    const port = portOf(proxy);
    const closed = new Promise((resolve) => proxy.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
    await failed;

    await expect(read()).rejects.toMatchObject(UNAVAILABLE);
    await expect(portfolio.readPortfolio(randomUUID())).rejects.toMatchObject(UNAVAILABLE);
    await expect(
      database.sql`select 1`.catch((error: unknown) =>
        Promise.reject(databaseErrorToHubError(error)),
      ),
    ).rejects.toMatchObject(UNAVAILABLE);

    await listenOn(port);
    await expect
      .poll(() => read().catch((error: HubError) => error.code), { timeout: 20_000 })
      .toBeNull();
  });
});

describe('an error of the database', () => {
  let sql: postgres.Sql;

  beforeEach(() => {
    sql = postgres(url, { max: 1, connection: { statement_timeout: 200 }, onnotice: () => {} });
  });

  afterEach(() => sql.end({ timeout: 1 }));

  it('is DATABASE_UNAVAILABLE when the server ends the session, and the next session serves', async () => {
    await expect(
      guardDatabase(() => sql`select pg_terminate_backend(pg_backend_pid())`),
    ).rejects.toMatchObject(UNAVAILABLE);
    // The driver may give the old session's last word once more to the first statement of the new
    // one.
    const answer = () =>
      guardDatabase(() => sql`select 1 as one`).catch((error: HubError) => error.code);
    await expect.poll(answer, { timeout: 20_000 }).toEqual([{ one: 1 }]);
  });

  it('is DATABASE_UNAVAILABLE when the statement takes too long', async () => {
    await expect(guardDatabase(() => sql`select pg_sleep(10)`)).rejects.toMatchObject({
      ...UNAVAILABLE,
      cause: { code: '57014' },
    });
  });

  it('passes as it is when the statement is at fault', async () => {
    await expect(guardDatabase(() => sql`select 1 / 0`)).rejects.toMatchObject({
      name: 'PostgresError',
      code: '22012',
    });
    await expect(guardDatabase(() => Promise.reject(new TypeError('a defect')))).rejects.toThrow(
      TypeError,
    );
    expect(databaseErrorToHubError('not even an error')).toBeNull();
  });

  it('is known by its code, also below an error that stands around it, and not below one that has been judged', () => {
    const withCode = (code: string) => Object.assign(new Error(code), { code });
    for (const code of [
      'ECONNREFUSED',
      'ECONNRESET',
      'CONNECTION_CLOSED',
      'CONNECTION_ENDED',
      'CONNECT_TIMEOUT',
      '57P03',
      '53300',
      '08006',
      '08P01',
    ]) {
      const error = withCode(code);
      expect(databaseErrorToHubError(error)).toMatchObject({ ...UNAVAILABLE, cause: error });
      const around = new Error('the statement failed', { cause: error });
      expect(databaseErrorToHubError(around)).toMatchObject(UNAVAILABLE);
    }
    for (const code of ['23505', '23514', 'HB001', '0A000', 'ERR_INVALID_ARG_TYPE'])
      expect(databaseErrorToHubError(withCode(code))).toBeNull();
    expect(
      databaseErrorToHubError(
        new HubError('MARKET_DATA_UNAVAILABLE', {}, { cause: withCode('ECONNREFUSED') }),
      ),
    ).toBeNull();
  });
});

const portOf = (server: Server): number => (server.address() as { port: number }).port;

async function isSleeping(databaseUrl: string): Promise<boolean> {
  const sql = postgres(databaseUrl, { max: 1 });
  try {
    const rows =
      await sql`select 1 from pg_stat_activity where application_name = 'readers-outage' and query like '%pg_sleep(30)%' and state = 'active'`;
    return rows.length > 0;
  } finally {
    await sql.end();
  }
}
