import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';

export interface TemporalConnection {
  client: Client;
  connection: NativeConnection;
  close(): Promise<void>;
}

/** Connects to a Temporal server; throws when it cannot be reached. The connection mends itself later. */
export async function connectTemporal(config: { address: string; namespace: string }): Promise<TemporalConnection> {
  const connection = await NativeConnection.connect({ address: config.address });
  return { client: new Client({ connection, namespace: config.namespace }), connection, close: () => connection.close() };
}
