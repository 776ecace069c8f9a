import type { BrokerSessions } from '../../../contracts/broker-session/broker-sessions.ts';
import type { Database } from '../database.ts';
import { guardDatabasePort } from '../database-errors.ts';

export function createBrokerSessionStore({ sql }: Database): BrokerSessions {
  async function readLastSequence(broker: string): Promise<number> {
    const [row] = await sql<
      { last_sequence: string }[]
    >`select last_sequence::text from broker_sessions where broker = ${broker}`;
    return row ? Number(row.last_sequence) : 0;
  }

  async function advance(broker: string, lastSequence: number): Promise<void> {
    await sql`
      insert into broker_sessions (broker, last_sequence) values (${broker}, ${lastSequence})
      on conflict (broker) do update set last_sequence = excluded.last_sequence, updated_at = now()
      where broker_sessions.last_sequence < excluded.last_sequence`;
  }

  return guardDatabasePort({ readLastSequence, advance });
}
