import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findFreePorts } from '../../dev/ports.ts';
import type { Say } from '../../dev/services/service.ts';
import { resolveTimeSkipping, startTimeSkipping } from '../../dev/services/time-skipping.ts';
import { startTimeSkippingServer, stopTimeSkippingServer } from './services.ts';

/**
 * The SDK connects only to a time-skipping server that it has started, and gives it 5 s to listen,
 * which is not enough on a busy machine. Ours listens already, and the SDK starts this instead.
 */
const NOTHING = fileURLToPath(new URL('./start-nothing.sh', import.meta.url));

/** A time-skipping server of the calling file's own, until it is torn down. */
export async function useTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const port = await startTimeSkippingServer();
  return connect(port, () => stopTimeSkippingServer(port));
}

/** The same where no test run is under way. */
export async function useOwnTimeSkipping(say: Say): Promise<TestWorkflowEnvironment> {
  const executable = await resolveTimeSkipping(process.env, say);
  const [port = 0] = await findFreePorts(1);
  const dataDir = mkdtempSync(join(tmpdir(), 'hub-time-skipping-'));
  const logFile = join(dataDir, 'server.log');
  const server = await startTimeSkipping(executable, { dataDir, logFile, port });
  return connect(port, async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
}

async function connect(
  port: number,
  stopServer: () => Promise<void>,
): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: NOTHING } as const;
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable, port } });
  const disconnect = env.teardown.bind(env);
  env.teardown = async () => {
    await disconnect();
    await stopServer();
  };
  return env;
}
