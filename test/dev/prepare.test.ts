import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import postgres from 'postgres';
import { expect, it } from 'vitest';
import { createEmptyDatabase, createTestDatabase, useTemporal } from '../support/services.ts';

const PREPARE = join(import.meta.dirname, '..', '..', 'dev', 'prepare.ts');

async function countUsers(url: string): Promise<number> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql<{ count: number }[]>`SELECT count(*)::int AS count FROM users`;
  await sql.end();
  return row?.count ?? -1;
}

it('prepares services of somebody else, twice as well as once', async () => {
  const { url } = await createEmptyDatabase();
  const { address } = await useTemporal();
  const namespace = `prepared-${randomBytes(4).toString('hex')}`;
  const env = {
    ...process.env,
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    HUB_PROFILE: 'dev',
    TEMPORAL_RETENTION_DAYS: '7',
  };
  await promisify(execFile)(process.execPath, [PREPARE], { env });
  await promisify(execFile)(process.execPath, [PREPARE], { env });
  expect(await countUsers(url)).toBe(2);
  const connection = await Connection.connect({ address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  await connection.close();
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(7 * 86_400);
  expect(customAttributes).toMatchObject({
    AttentionNeeded: 5,
    StepFailing: 2,
    OrderStatus: 2,
    AccountId: 2,
  });
});

it('seeds no demo user outside of the dev profile', async () => {
  const { url } = await createTestDatabase();
  const { address } = await useTemporal();
  await promisify(execFile)(process.execPath, [PREPARE], {
    env: {
      ...process.env,
      DATABASE_URL: url,
      TEMPORAL_ADDRESS: address,
      HUB_PROFILE: 'production',
    },
  });
  expect(await countUsers(url)).toBe(0);
});
