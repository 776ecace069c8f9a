import { Client, Connection } from '@temporalio/client';

export interface TemporalClient {
  client: Client;
  /** Resolves when the server says that it serves; throws within a second when it does not. */
  assertServing(): Promise<void>;
  close(): Promise<void>;
}

const HEALTH_TIMEOUT_MS = 1_000;
/** `SERVING` of grpc.health.v1. */
const SERVING = 1;

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
    async assertServing() {
      const { status } = await connection.withDeadline(Date.now() + HEALTH_TIMEOUT_MS, () =>
        connection.healthService.check({}),
      );
      if (status !== SERVING) throw new Error(`Temporal does not serve: status ${status}`);
    },
    close: () => connection.close(),
  };
}
