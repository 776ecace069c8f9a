import type postgres from 'postgres';
import { expect } from 'vitest';
import type { InvariantSql } from './trading-violation.ts';

class Undo extends Error {}

/**
 * Runs `body` in a transaction that is rolled back; triggers and foreign keys are off, since they
 * guard against just this.
 */
export async function undone(
  sql: postgres.Sql,
  body: (tx: InvariantSql) => Promise<void>,
): Promise<void> {
  const run = sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await body(tx);
    throw new Undo();
  });
  await expect(run).rejects.toThrow(Undo);
}
