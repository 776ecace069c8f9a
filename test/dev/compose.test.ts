import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, it, onTestFinished } from 'vitest';
import { readProfile } from '../../contracts/deployment-profile.ts';
import { prepareDatabase } from '../../dev/prepare-database.ts';
import { withDatabase } from '../../dev/services/postgres.ts';
import { startPostgresCluster } from '../paper-broker/support/postgres-cluster.ts';

const COMPOSE = readFileSync(join(import.meta.dirname, '..', '..', 'docker-compose.yml'), 'utf8');

/** What the settings file that docker-compose.yml describes would hold. */
const SETTINGS: Readonly<Record<string, string>> = Object.fromEntries(
  ['POSTGRES', 'TEMPORAL_DB', 'HUB_OWNER', 'HUB_API', 'HUB_WORKERS', 'PAPER_BROKER'].map((name) => [
    `${name}_PASSWORD`,
    `of-${name.toLowerCase()}`,
  ]),
);

const fill = (text: string): string =>
  text.replace(/\$\{(\w+):\?[^}]*\}/g, (_, name: string) => SETTINGS[name] ?? '');

/** The statements by which the server begins. */
function listStatements(): string[] {
  const block = /\n {2}databases:\n {4}content: \|\n((?: {6}.*\n)+)/.exec(COMPOSE)?.[1] ?? '';
  return fill(block)
    .split(';\n')
    .map((statement) => statement.trim())
    .filter(Boolean);
}

/** How the file writes the URL by which a role enters. */
function urlOf(role: string): string {
  const url = new RegExp(`postgres://${role}:\\$\\{[^}]+\\}@postgres:5432/\\w+`).exec(COMPOSE)?.[0];
  if (!url) throw new Error(`${role} enters nowhere`);
  return fill(url);
}

it('gives every secret no default, and to a stranger no process', () => {
  expect(COMPOSE).not.toMatch(/\$\{\w*(PASSWORD|SECRET|PROFILE)(?!_PREVIOUS)\w*:-/);
  expect(COMPOSE).toMatch(/FAULTS_ENABLED:-false\}/);
  const published = [...COMPOSE.matchAll(/^ +- "([^"]+:\d+)"$/gm)].map(([, port]) => port);
  expect(published.length).toBeGreaterThan(0);
  expect(published.filter((port) => !port?.startsWith('127.0.0.1:'))).toEqual([]);
});

it('leads outside of loopback, so that the dev profile does not start there', () => {
  const variables = {
    HOST: '0.0.0.0',
    DATABASE_URL: urlOf('hub_api'),
    TEMPORAL_ADDRESS: 'temporal:7233',
  };
  expect(() => readProfile({ ...variables, HUB_PROFILE: 'dev' })).toThrow(
    'HOST and DATABASE_URL and TEMPORAL_ADDRESS',
  );
  expect(readProfile({ ...variables, HUB_PROFILE: 'demo' })).toBe('demo');
});

it('begins with a database server whose roles can do what the processes need, and no more', async () => {
  const cluster = await startPostgresCluster();
  onTestFinished(() => cluster.destroy());
  const admin = await cluster.createDatabase('scratch');
  const here = (url: string) => url.replace('@postgres:5432', `@${new URL(admin).host}`);
  const run = async (url: string, statement: string) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      return await sql.unsafe(statement);
    } finally {
      await sql.end();
    }
  };
  for (const statement of listStatements()) await run(withDatabase(admin, 'scratch'), statement);
  const [owner, api, workers, venue] = ['hub_owner', 'hub_api', 'hub_workers', 'paper_broker'].map(
    (role) => here(urlOf(role)),
  );
  if (!owner || !api || !workers || !venue) throw new Error('a role enters nowhere');
  await prepareDatabase({ migrations: owner, api, workers }, { seed: 'demo', say: () => {} });
  expect(await run(api, 'SELECT email FROM users')).toHaveLength(2);
  await expect(run(api, 'CREATE TABLE stray (id int)')).rejects.toMatchObject({ code: '42501' });
  await expect(run(workers, 'DELETE FROM ledger_transfers')).rejects.toMatchObject({
    code: '42501',
  });
  await expect(run(withDatabase(workers, 'paper_broker'), 'SELECT 1')).rejects.toMatchObject({
    code: '42501',
  });
  await run(venue, 'CREATE TABLE book (id int)');
  const temporal = withDatabase(admin, 'postgres').replace(
    /\/\/[^@]+@/,
    `//temporal:${SETTINGS.TEMPORAL_DB_PASSWORD}@`,
  );
  await run(temporal, 'CREATE DATABASE temporal_visibility');
  await expect(run(withDatabase(temporal, 'hub'), 'SELECT 1')).rejects.toMatchObject({
    code: '42501',
  });
});
