import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import { openSeverableLink } from '../../../chaos/severable-link.ts';
import { createTestDatabase } from '../../support/services.ts';

const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);
beforeEach(() => {
  rejections.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => process.off('unhandledRejection', note));

/** AuthenticationOk and ReadyForQuery of the wire protocol. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

function errorResponse(code: string): Buffer {
  const fields = Buffer.from(
    `SFATAL\0C${code}\0Mterminating connection due to administrator command\0\0`,
  );
  const head = Buffer.from([0x45, 0, 0, 0, 0]);
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** A pool of one connection over what listens at `port` in the place of the database at `url`. */
async function withPool(
  url: string,
  port: number,
  act: (database: Database) => Promise<void>,
): Promise<void> {
  const there = new URL(url);
  there.port = String(port);
  const database = openDatabase(there.href, { poolSize: 1, applicationName: 'test' });
  try {
    await act(database);
  } finally {
    await database.close();
  }
}

/**
 * Lets the first client in, and is gone in the given way when it asks for the first time; whoever
 * comes after it gets to the real server.
 */
async function withServer(
  die: (socket: Socket) => void,
  act: (database: Database) => Promise<void>,
): Promise<void> {
  const { url } = await createTestDatabase();
  let isFirst = true;
  const server = createServer((near) => {
    near.on('error', () => {});
    if (!isFirst) {
      const far = connect(Number(new URL(url).port)).on('error', () => {});
      near.pipe(far).pipe(near);
      return;
    }
    isFirst = false;
    near.once('data', () => {
      near.write(WELCOME);
      near.once('data', () => die(near));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  await withPool(url, address.port, act).finally(() => server.close());
}

/** patches/postgres+3.4.9.patch */
describe('the pool of connections', () => {
  it('tells whoever asked, and nobody else, that the server died while the connection was new', async () => {
    const die = (socket: Socket) => socket.resetAndDestroy();
    await withServer(die, async ({ sql }) => {
      await expect(sql`select 1`).rejects.toMatchObject({
        code: expect.stringMatching(/ECONNRESET|CONNECTION_CLOSED/),
      });
      expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
      await sleep(50);
      expect(rejections).toEqual([]);
    });
  });

  it('forgets the last words of a server when it has a new connection', async () => {
    const die = (socket: Socket) => socket.end(errorResponse('57P01'));
    await withServer(die, async ({ sql }) => {
      expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
      await sleep(50);
      expect(rejections).toEqual([]);
    });
  });

  it('answers every query, with its own whole result, after a connection that broke in the middle of one', async () => {
    const { url } = await createTestDatabase();
    const link = await openSeverableLink(Number(new URL(url).port));
    await withPool(url, link.port, async ({ sql }) => {
      await sql`select 1`;
      // The first row is larger than what the server keeps back.
      const broken = sql`select repeat('x', 100000) as x, case when n = 2 then pg_sleep(3)::text end as waited from generate_series(1, 2) as n`;
      broken.catch(() => {});
      await sleep(300);
      link.cut();
      link.mend();
      await expect(broken).rejects.toThrow();
      // The pool may not know yet that the connection is gone: an answer there must be all the
      // same.
      const next = await sql`select 1 as one`.catch(({ code }: { code: string }) => code);
      expect([[{ one: 1 }], 'CONNECTION_CLOSED', 'ECONNRESET']).toContainEqual(next);
      expect(await sql`select 2 as two`).toEqual([{ two: 2 }]);
    }).finally(() => link.close());
  });

  it('waits for no server that hangs longer than for a statement, and goes on when it is back', async () => {
    const { url } = await createTestDatabase();
    const link = await openSeverableLink(Number(new URL(url).port));
    const there = new URL(url);
    there.port = String(link.port);
    const database = openDatabase(there.href, {
      poolSize: 2,
      applicationName: 'test',
      statementMsMax: 300,
    });
    const { sql } = database;
    try {
      await Promise.all([sql`select 1`, sql`select 2`]);
      link.hang();
      // More than the pool has connections: those sent, those behind them, those without any.
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => endOf(sql`select 1`)));
      for (const { code, ms } of outcomes) {
        expect(code).toBe('ANSWER_TIMEOUT');
        expect(ms).toBeLessThan(1_500);
      }
      const later = await Promise.all(Array.from({ length: 20 }, () => endOf(sql`select 1`)));
      for (const { code, ms } of later) {
        expect(code).toMatch(/^(ANSWER_TIMEOUT|CONNECT_TIMEOUT|CONNECTION_CLOSED)$/);
        expect(ms).toBeLessThan(2_500);
      }
      link.mend();
      await expect
        .poll(() => sql`select 1 as one`.catch(() => null), { timeout: 5_000 })
        .toEqual([{ one: 1 }]);
      expect(rejections).toEqual([]);
    } finally {
      await database.close();
      await link.close();
    }
  });

  it('waits for a server that is slow, however many wait behind', async () => {
    const { url } = await createTestDatabase();
    const database = openDatabase(url, {
      poolSize: 1,
      applicationName: 'test',
      statementMsMax: 300,
    });
    const { sql } = database;
    try {
      const waits = Array.from({ length: 10 }, () => sql`select pg_sleep(0.2)`);
      await expect(Promise.all(waits)).resolves.toHaveLength(10);
    } finally {
      await database.close();
    }
  });
});

async function endOf(query: PromiseLike<unknown>): Promise<{ code: string; ms: number }> {
  const startedAt = performance.now();
  try {
    await query;
    return { code: 'ANSWERED', ms: performance.now() - startedAt };
  } catch (error) {
    return { code: (error as { code: string }).code, ms: performance.now() - startedAt };
  }
}
