import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolvePostgres } from '../../dev/services/postgres.ts';
import { resolveRedis } from '../../dev/services/redis.ts';
import { resolveTemporal } from '../../dev/services/temporal.ts';
import { resolveTimeSkipping } from '../../dev/services/time-skipping.ts';
import { makeFolder } from './temporary-folder.ts';

function makeProgram(folder: string, name: string): string {
  const file = join(folder, name);
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

/** Runs a resolver and returns what it found and what it said. */
async function resolve<T>(
  resolver: (env: NodeJS.ProcessEnv, say: (line: string) => void) => Promise<T>,
  env: NodeJS.ProcessEnv,
) {
  const lines: string[] = [];
  return { found: await resolver(env, (line) => lines.push(line)), lines };
}

it('prefers REDIS_URL to a server on PATH and does not print its password', async () => {
  const folder = makeFolder();
  makeProgram(folder, 'redis-server');
  const { found, lines } = await resolve(resolveRedis, {
    PATH: folder,
    REDIS_URL: 'redis://:secret@cache:6379',
  });
  expect(found).toEqual({ kind: 'external', url: 'redis://:secret@cache:6379' });
  expect(lines.join()).not.toContain('secret');
});

it('prefers redis-server to valkey-server and takes either', async () => {
  const folder = makeFolder();
  const valkey = makeProgram(folder, 'valkey-server');
  expect((await resolve(resolveRedis, { PATH: folder })).found).toMatchObject({
    executable: valkey,
  });
  const redis = makeProgram(folder, 'redis-server');
  expect((await resolve(resolveRedis, { PATH: folder })).found).toMatchObject({
    executable: redis,
  });
});

it('goes on without Redis and says what to do about it', async () => {
  const { found, lines } = await resolve(resolveRedis, { PATH: makeFolder() });
  expect(found).toEqual({ kind: 'none' });
  expect(lines.at(-1)).toMatch(/Install redis-server or set REDIS_URL/);
});

it('goes on without Redis when apt-get fails', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'apt-get'), '#!/bin/sh\necho no network >&2\nexit 100\n');
  chmodSync(join(folder, 'apt-get'), 0o755);
  expect((await resolve(resolveRedis, { PATH: folder })).found).toEqual({ kind: 'none' });
});

it('prefers TEMPORAL_ADDRESS to a CLI on PATH', async () => {
  const folder = makeFolder();
  const cli = makeProgram(folder, 'temporal');
  const { found } = await resolve(resolveTemporal, {
    PATH: folder,
    TEMPORAL_ADDRESS: 'temporal.example:7233',
  });
  expect(found).toEqual({ kind: 'external', address: 'temporal.example:7233' });
  expect((await resolve(resolveTemporal, { PATH: folder })).found).toMatchObject({
    kind: 'cli',
    executable: cli,
  });
});

it('takes the broker database from its variable or else from the same server', async () => {
  const env = { DATABASE_URL: 'postgres://u:p@db:5432/hub?sslmode=require' };
  const { found, lines } = await resolve(resolvePostgres, env);
  expect(found).toMatchObject({
    databases: { paperBroker: 'postgres://u:p@db:5432/paper_broker?sslmode=require' },
  });
  expect(lines).toEqual(['Postgres: DATABASE_URL (db:5432/hub)']);
  const separate = { ...env, PAPER_BROKER_DATABASE_URL: 'postgres://u:p@venue/broker' };
  expect((await resolve(resolvePostgres, separate)).found).toMatchObject({
    databases: { paperBroker: 'postgres://u:p@venue/broker' },
  });
});

it('takes one database user for all, or one for each', async () => {
  const one = { DATABASE_URL: 'postgres://u:p@db/hub' };
  const all = 'postgres://u:p@db/hub';
  expect((await resolve(resolvePostgres, one)).found).toMatchObject({
    databases: { admin: all, migrations: all, api: all, workers: all },
  });
  const each = {
    ...one,
    MIGRATIONS_DATABASE_URL: 'postgres://owner@db/hub',
    API_DATABASE_URL: 'postgres://api@db/hub',
    WORKERS_DATABASE_URL: 'postgres://workers@db/hub',
  };
  expect((await resolve(resolvePostgres, each)).found).toMatchObject({
    databases: {
      migrations: 'postgres://owner@db/hub',
      api: 'postgres://api@db/hub',
      workers: 'postgres://workers@db/hub',
    },
  });
});

it('needs no server of its own for Postgres', async () => {
  expect((await resolve(resolvePostgres, {})).found).toMatchObject({ kind: 'embedded' });
});

it('prefers TEMPORAL_TEST_SERVER to every other time-skipping server', async () => {
  expect(
    (await resolve(resolveTimeSkipping, { TEMPORAL_TEST_SERVER: '/opt/test-server' })).found,
  ).toBe('/opt/test-server');
});
