import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { applyFunctions } from '../../drizzle/apply-functions.ts';
import { migrate } from '../../drizzle/migrate.ts';
import journal from '../../drizzle/migrations/meta/_journal.json' with { type: 'json' };
import { createEmptyDatabase } from '../support/services.ts';

let url: string;
let sql: postgres.Sql;
let folder: string;

beforeAll(async () => {
  url = (await createEmptyDatabase()).url;
  sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`CREATE TABLE notes (text text)`;
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'functions-'));
  write('answer', constant('int', '42'));
  write(
    'shout',
    `CREATE OR REPLACE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN NEW.text := upper(NEW.text); RETURN NEW; END $$;
     CREATE OR REPLACE TRIGGER notes_shouted BEFORE INSERT ON notes
     FOR EACH ROW EXECUTE FUNCTION shout();`,
  );
  await applyFunctions(sql, folder);
  return () => rmSync(folder, { recursive: true });
});

afterAll(() => sql?.end());

const write = (name: string, text: string) => writeFileSync(join(folder, `${name}.sql`), text);

const constant = (type: string, value: string, args = '') =>
  `CREATE OR REPLACE FUNCTION answer(${args}) RETURNS ${type} LANGUAGE sql AS $$ SELECT ${value} $$;`;

async function listFunctions(of: postgres.Sql): Promise<string[]> {
  const rows = await of<{ oid: string }[]>`
    SELECT proname || ' ' || oid || ' ' || xmin AS oid FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace ORDER BY 1`;
  return rows.map((row) => row.oid);
}

async function note(text: string): Promise<string | undefined> {
  const [row] = await sql<{ text: string }[]>`
    INSERT INTO notes (text) VALUES (${text}) RETURNING text`;
  return row?.text;
}

it('applies each file once: a second run changes nothing', async () => {
  const before = await listFunctions(sql);
  expect(before).toHaveLength(2);
  expect(await applyFunctions(sql, folder)).toEqual({ applied: [], dropped: [] });
  expect(await listFunctions(sql)).toEqual(before);
  expect(await note('once')).toBe('ONCE');
});

it('applies a file that has changed, also one with other arguments and another type', async () => {
  write('answer', constant('text', "'six times nine'", 'question text'));
  expect(await applyFunctions(sql, folder)).toEqual({ applied: ['answer'], dropped: [] });
  const [row] = await sql`SELECT answer('?') AS said`;
  expect(row).toEqual({ said: 'six times nine' });
  await expect(sql`SELECT answer()`).rejects.toMatchObject({ code: '42883' });
});

it('drops a function whose file is gone, and its triggers with it', async () => {
  rmSync(join(folder, 'shout.sql'));
  expect(await applyFunctions(sql, folder)).toEqual({ applied: [], dropped: ['shout'] });
  expect(await note('softly')).toBe('softly');
  expect((await listFunctions(sql)).map((line) => line.split(' ')[0])).toEqual(['answer']);
});

it('leaves everything as it was when one file does not hold', async () => {
  const before = await listFunctions(sql);
  write('answer', constant('int', '43'));
  write('shout', 'CREATE FUNCTION shout() RETURNS nonsense');
  await expect(applyFunctions(sql, folder)).rejects.toThrow();
  expect(await listFunctions(sql)).toEqual(before);
});

it('makes the whole database once for two migrators at the same time', async () => {
  const empty = (await createEmptyDatabase()).url;
  await Promise.all([migrate(empty), migrate(empty)]);
  const other = postgres(empty, { max: 1, onnotice: () => {} });
  try {
    const functions = await listFunctions(other);
    const [counts] = await other`
      SELECT (SELECT count(*)::int FROM drizzle.applied_functions) AS functions,
        (SELECT count(*)::int FROM drizzle.__drizzle_migrations) AS migrations,
        (SELECT count(*)::int FROM pg_trigger WHERE tgname LIKE '%append_only') AS triggers`;
    expect(counts).toEqual({
      functions: functions.length,
      migrations: journal.entries.length,
      triggers: 4,
    });
    await migrate(empty);
    expect(await listFunctions(other)).toEqual(functions);
  } finally {
    await other.end();
  }
});
