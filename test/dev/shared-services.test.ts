import postgres from 'postgres';
import { expect, it } from 'vitest';
import {
  createEmptyDatabase,
  createTestDatabase,
  useRedis,
  useTemporal,
} from '../support/services.ts';

async function listTables(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1 });
  const rows = await sql<
    { tablename: string }[]
  >`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`;
  await sql.end();
  return rows.map((row) => row.tablename);
}

it('gives each caller a database of its own with the whole schema', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(first.url).not.toBe(second.url);
  expect(await listTables(first.url)).toContain('orders');
  expect(await listTables(second.url)).toContain('orders');
});

it('gives an empty database to those who bring their own schema', async () => {
  expect(await listTables((await createEmptyDatabase()).url)).toEqual([]);
});

it('starts each shared service once', async () => {
  expect(await useTemporal()).toEqual(await useTemporal());
  expect(await useRedis()).toBe(await useRedis());
});
