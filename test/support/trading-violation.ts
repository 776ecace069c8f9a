import type postgres from 'postgres';

/** One rule of the books that does not hold, and where. */
export interface Violation {
  rule: string;
  detail: string;
}

/** A database, or a transaction in it. */
export type InvariantSql = Pick<postgres.Sql, 'unsafe'>;
