import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Prints {@link readTable}'s text anew, where Python has exchange_calendars. */
export const PRINT_SESSIONS = fileURLToPath(new URL('./print-xnys-sessions.py', import.meta.url));

export const readTable = (): string =>
  readFileSync(new URL('./xnys-sessions-2020-2030.csv', import.meta.url), 'utf8');

/** The lines `date,open,close`, without the header. */
export const rowsOf = (table: string): string[] =>
  table.split('\n').filter((line) => /^\d{4}-/.test(line));

export interface TableSession {
  date: string;
  opensAt: number;
  closesAt: number;
  isEarlyClose: boolean;
}

const REGULAR_SESSION_MS = 6.5 * 3_600_000;

export function sessionOf(row: string): TableSession {
  const [date = '', open = '', close = ''] = row.split(',');
  const opensAt = Date.parse(open);
  const closesAt = Date.parse(close);
  return { date, opensAt, closesAt, isEarlyClose: closesAt - opensAt < REGULAR_SESSION_MS };
}
