import { Client, Connection } from '@temporalio/client';

export interface TemporalClient {
  client: Client;
  connection: Connection;
  close(): Promise<void>;
}

/**
 * Connects to a Temporal server; throws when it cannot be reached, and mends itself later. Not over
 * a worker's native connection: that one goes on trying a call for 10 s beyond its deadline, and
 * what was given up must not happen after all.
 */
export async function connectTemporal({
  address,
  namespace,
}: {
  address: string;
  namespace: string;
}): Promise<TemporalClient> {
  const connection = await Connection.connect({ address });
  return {
    client: new Client({ connection, namespace }),
    connection,
    close: () => connection.close(),
  };
}
