import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';

export interface TemporalConnection {
  client: Client;
  /** For workers. */
  connection: NativeConnection;
  close(): Promise<void>;
}

/**
 * Connects to a Temporal server; throws when it cannot be reached. The connections mend themselves later. The client has one of its own:
 * the native one goes on trying a call for 10 s beyond its deadline, and what was given up must not happen after all.
 */
export async function connectTemporal({ address, namespace }: { address: string; namespace: string }): Promise<TemporalConnection> {
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  return {
    client: new Client({ connection: clientConnection, namespace }),
    connection,
    close: async () => {
      await clientConnection.close();
      await connection.close();
    },
  };
}
