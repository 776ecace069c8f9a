import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, it, onTestFinished } from 'vitest';
import { findFreePorts } from '../../dev/ports.ts';
import { resolvePostgres, startPostgres } from '../../dev/services/postgres.ts';
import { openStateFolder } from '../../dev/state-folder.ts';
import { makeServerFolder } from '../support/services.ts';
import { listOpen } from './open-paths.ts';
import { makeFolder } from './temporary-folder.ts';

it('takes from others what an earlier version had left to them', () => {
  const stateDir = makeFolder();
  mkdirSync(join(stateDir, 'logs'));
  mkdirSync(join(stateDir, 'temporal'));
  for (const file of ['logs/api.log', 'temporal/temporal.db', 'jwt-secret'])
    writeFileSync(join(stateDir, file), '', { mode: 0o644 });
  chmodSync(join(stateDir, 'temporal', 'temporal.db'), 0o666);
  openStateFolder(stateDir);
  expect(listOpen(stateDir)).toEqual([]);
  expect(statSync(stateDir).mode & 0o067).toBe(0);
  expect(statSync(join(stateDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
});

it('starts data whose passwords nobody kept, and gives what the superuser had made to its owner', async () => {
  const folder = await makeServerFolder();
  const begin = async () => {
    const [port = 0] = await findFreePorts(1);
    const start = {
      dataDir: join(folder, 'postgres'),
      logFile: join(folder, 'logs', 'postgres.log'),
      port,
    };
    return startPostgres(await resolvePostgres({}, () => {}), start);
  };
  const first = await begin();
  const old = postgres(first.databases.admin, { max: 1, onnotice: () => {} });
  await old`CREATE TABLE kept AS SELECT 42 AS answer`;
  await old.end();
  await first.service.kill('SIGKILL');
  rmSync(join(folder, 'passwords'), { recursive: true });
  const second = await begin();
  onTestFinished(() => second.service.stop());
  const sql = postgres(second.databases.migrations, { max: 1, onnotice: () => {} });
  onTestFinished(() => sql.end());
  await sql`ALTER TABLE kept ADD COLUMN more int`;
  expect(await sql`SELECT answer FROM kept`).toEqual([{ answer: 42 }]);
});
