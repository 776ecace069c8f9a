import type postgres from 'postgres';
import type { BooksProbes, RecentOrders } from '../../../contracts/operators/backlog.ts';
import { guardDatabasePort } from '../database-errors.ts';
import { readBacklog } from './backlog.ts';

/** How the books are, and the database that holds them; for figures, not for decisions. */
export const createBooksProbes = (sql: postgres.Sql): BooksProbes =>
  guardDatabasePort<BooksProbes>({
    readBacklog: () => readBacklog(sql),
    readRecentOrders: () => sql<RecentOrders[]>`
      select reject_code as "rejectCode", count(*)::int as count from orders
      where submitted_at > now() - interval '10 minutes' group by reject_code`,
    async readConnections() {
      // pg_stat_activity shows a role without rights the kind of its own connections alone.
      const [row] = await sql<{ used: number; max: number }[]>`
        select sum(numbackends)::int as used, current_setting('max_connections')::int as max
        from pg_stat_database`;
      if (!row) throw new Error('the connections are one row');
      return row;
    },
  });
