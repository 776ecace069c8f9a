import { join } from 'node:path';
import postgres from 'postgres';
import { devPorts } from './ports.ts';
import { adminUrl } from './services/postgres.ts';
import { stateFolderOf } from './state-folder.ts';

/** `npm run sql -- '<statement>'`: asks the hub's database as its superuser, as `psql` would. */
const [statement, ...more] = process.argv.slice(2);
const stateDir = stateFolderOf(process.env);
const url =
  process.env.DATABASE_URL ||
  adminUrl({ dataDir: join(stateDir, 'postgres'), port: devPorts(process.env).postgres }, 'hub');
const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
try {
  if (statement === undefined || more.length > 0)
    throw new Error("Say one statement: npm run sql -- 'select …'");
  const rows = await sql.unsafe(statement);
  if (rows.length > 0) console.table([...rows]);
  console.log(`${rows.count} row(s)`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await sql.end({ timeout: 1 });
}
