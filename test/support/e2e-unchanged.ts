import type postgres from 'postgres';
import { expect } from 'vitest';
import type { ErrorCode } from '../../contracts/errors.ts';
import { waitUntil } from '../../dev/wait-until.ts';
import type { Answer, ProblemBody } from './e2e-client.ts';
import { countRows, readMoney } from './trading-snapshot.ts';

/**
 * Once the first fill is booked no row comes by itself any more, and of the broker's session the
 * place in its reports moves a moment later.
 */
export function waitForFirstReport(hub: postgres.Sql): Promise<void> {
  return waitUntil(
    async () => (await hub`select 1 from broker_sessions where last_sequence > 0`).length > 0,
    {
      timeoutMs: 30_000,
      everyMs: 50,
      message: "the broker's reports are not read",
    },
  );
}

/**
 * The call is answered with this problem, and no row of any table of the hub is there or gone that
 * was not before.
 */
export async function expectUnchanged(
  hub: postgres.Sql,
  expected: { code: ErrorCode; status: number },
  call: () => Promise<Answer<unknown>>,
): Promise<void> {
  const before = { rows: await countRows(hub), money: await readMoney(hub) };
  const answer = (await call()) as Answer<ProblemBody>;
  expect(
    { status: answer.status, code: answer.body?.code, type: answer.headers.get('content-type') },
    answer.text,
  ).toEqual({
    ...expected,
    type: 'application/problem+json',
  });
  expect({ rows: await countRows(hub), money: await readMoney(hub) }).toEqual(before);
}
