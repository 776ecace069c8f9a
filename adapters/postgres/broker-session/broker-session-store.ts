import type {
  BrokerSessions,
  SessionProgress,
} from '../../../contracts/broker-session/broker-sessions.ts';
import type { Database } from '../database.ts';
import { guardDatabasePort } from '../database-errors.ts';

export function createBrokerSessionStore({ sql }: Database): BrokerSessions {
  async function readLastSequence(broker: string): Promise<number> {
    const [row] = await sql<
      { last_sequence: string }[]
    >`select last_sequence::text from broker_sessions where broker = ${broker}`;
    return row ? Number(row.last_sequence) : 0;
  }

  /** When the broker was heard goes by the database's clock: every process compares it with that. */
  async function advance(
    broker: string,
    { lastSequence, heardMsAgo }: SessionProgress,
  ): Promise<void> {
    await sql`
      insert into broker_sessions as known (broker, last_sequence, heard_at)
      values (${broker}, ${lastSequence}, now() - make_interval(secs => ${heardMsAgo / 1_000}))
      on conflict (broker) do update set
        last_sequence = greatest(known.last_sequence, excluded.last_sequence),
        heard_at = greatest(known.heard_at, excluded.heard_at),
        updated_at = case when known.last_sequence < excluded.last_sequence then now() else known.updated_at end`;
  }

  return guardDatabasePort({ readLastSequence, advance });
}
