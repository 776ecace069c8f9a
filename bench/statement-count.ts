import type postgres from 'postgres';
import { BENCH_ROLE } from './bench-stack.ts';

export interface Statements {
  /** How they were counted. */
  readonly source: 'pg_stat_statements' | 'pg_stat_database.xact_commit';
  /** By database, then by statement; without texts there is one entry `all`. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface StatementCounter {
  /**
   * The statements that everybody but the bench has sent since the server started: each is one
   * round trip.
   */
  read(): Promise<Statements>;
}

const TEXT_CHARS_MAX = 110;

/**
 * Counts by pg_stat_statements; where the server has none, by commits, which is the same for
 * statements that are a transaction each.
 */
export async function createStatementCounter(sql: postgres.Sql): Promise<StatementCounter> {
  const [{ loaded } = { loaded: false }] = await sql<{ loaded: boolean }[]>`
    select current_setting('shared_preload_libraries') like '%pg_stat_statements%' as loaded`;
  return { read: () => (loaded ? readStatements(sql) : readCommits(sql)) };
}

async function readStatements(sql: postgres.Sql): Promise<Statements> {
  const rows = await sql<{ datname: string; text: string; calls: number }[]>`
    select d.datname, left(regexp_replace(s.query, '\\s+', ' ', 'g'), ${TEXT_CHARS_MAX}) as text, sum(s.calls)::float8 as calls
    from pg_stat_statements s
    join pg_database d on d.oid = s.dbid
    join pg_roles r on r.oid = s.userid
    where s.toplevel and r.rolname <> ${BENCH_ROLE}
    group by 1, 2`;
  return { source: 'pg_stat_statements', calls: byDatabase(rows) };
}

async function readCommits(sql: postgres.Sql): Promise<Statements> {
  // A backend reports what it counted at most once a second.
  await sql`select pg_sleep(1.2)`;
  const rows = await sql<{ datname: string; text: string; calls: number }[]>`
    select datname, 'all' as text, xact_commit::float8 as calls from pg_stat_database where datname is not null`;
  return { source: 'pg_stat_database.xact_commit', calls: byDatabase(rows) };
}

function byDatabase(
  rows: readonly { datname: string; text: string; calls: number }[],
): Statements['calls'] {
  const calls: Record<string, Record<string, number>> = {};
  for (const { datname, text, calls: count } of rows) {
    const ofDatabase = calls[datname] ?? {};
    calls[datname] = { ...ofDatabase, [text]: (ofDatabase[text] ?? 0) + count };
  }
  return calls;
}

/** What was sent to one database between two readings, the most frequent statement first. */
export function statementsBetween(
  before: Statements,
  after: Statements,
  database: string,
): { total: number; byText: [string, number][] } {
  const earlier = before.calls[database] ?? {};
  const byText = Object.entries(after.calls[database] ?? {})
    .map(([text, calls]): [string, number] => [text, calls - (earlier[text] ?? 0)])
    .filter(([, calls]) => calls > 0)
    .toSorted(([, a], [, b]) => b - a);
  return { total: byText.reduce((sum, [, calls]) => sum + calls, 0), byText };
}
