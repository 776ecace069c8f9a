import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePorts } from '../../dev/ports.ts';
import { type PostgresService, startPostgres } from '../../dev/services/postgres.ts';
import {
  findPostgresBinaries,
  type PostgresBinaries,
} from '../../dev/services/postgres-binaries.ts';
import { createCluster } from '../../dev/services/postgres-cluster.ts';

const IS_ROOT = userInfo().uid === 0;
/** `nobody` of Debian: somebody who is neither root nor the user postgres. */
const STRANGER = 65_534;

/**
 * A home that only its owner may enter, with a blank in its name, and the programs of Postgres
 * inside, as node_modules has them.
 */
async function makeHome(): Promise<{ home: string; binaries: PostgresBinaries }> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-dev-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'own home');
  mkdirSync(home, { mode: 0o700 });
  const installed = dirname(dirname((await findPostgresBinaries()).postgres));
  cpSync(installed, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
  return {
    home,
    binaries: {
      initdb: join(home, 'native', 'bin', 'initdb'),
      postgres: join(home, 'native', 'bin', 'postgres'),
    },
  };
}

describe('a home that nobody else may enter, with a blank in its path,', () => {
  let home: string;
  let binaries: PostgresBinaries;
  let server: PostgresService;
  let sql: postgres.Sql;

  /** initdb and a start; then a server that was killed is started again. */
  beforeAll(async () => {
    ({ home, binaries } = await makeHome());
    const [port = 0] = await findFreePorts(1);
    const dataDir = join(home, 'state', 'postgres');
    const start = { dataDir, logFile: join(home, 'postgres.log'), port };
    server = await startPostgres({ kind: 'embedded', binaries, walArchive: null }, start);
    await server.service.kill('SIGKILL');
    await server.service.restart();
    sql = postgres(server.databases.admin, { max: 1 });
  });
  afterAll(async () => {
    await sql?.end();
    await server?.service.stop();
    rmSync(dirname(home), { recursive: true, force: true });
  });

  it("is the caller's, and Postgres runs in it", async () => {
    expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, 'state')).mode & 0o007).toBe(0);
  });

  it('lends the server of root one capability, and leaves its programs unable to get another', async () => {
    const status = await sql<{ text: string }[]>`SELECT pg_read_file('/proc/self/status') AS text`;
    const fieldOf = (name: string) =>
      new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status[0]?.text ?? '')?.[1];
    // CAP_DAC_READ_SEARCH, or in a container without it CAP_DAC_OVERRIDE; none for a caller who is
    // not root.
    expect(IS_ROOT ? ['0000000000000004', '0000000000000002'] : ['0000000000000000']).toContain(
      fieldOf('CapEff'),
    );
    expect(fieldOf('NoNewPrivs')).toBe(IS_ROOT ? '1' : '0');
    expect(fieldOf('Uid')).not.toBe('0');
  });

  it("is another user's, and initdb runs in it", async () => {
    const user = IS_ROOT ? { uid: STRANGER, gid: STRANGER } : null;
    if (user) chownSync(home, user.uid, user.gid);
    const dataDir = join(home, 'another', 'postgres');
    mkdirSync(dirname(dataDir));
    if (user) chownSync(dirname(dataDir), user.uid, user.gid);
    await createCluster(
      binaries,
      { ids: user ?? {}, owner: user, prefix: [] },
      dataDir,
      'a-password',
    );
    expect(statSync(join(dataDir, 'PG_VERSION')).uid).toBe(user?.uid ?? userInfo().uid);
  });
});
