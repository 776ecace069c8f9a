import { devPorts, isPortInUse } from './ports.ts';

/**
 * Whether TEMPORAL_ADDRESS names the server that `npm start` itself would start: where it would
 * listen, with nobody there. The runbook's shell has such an address for the Temporal CLI.
 */
export async function isOwnTemporal(env: NodeJS.ProcessEnv): Promise<boolean> {
  const { temporal } = devPorts(env);
  const own = [`127.0.0.1:${temporal}`, `localhost:${temporal}`];
  return own.includes(env.TEMPORAL_ADDRESS ?? '') && !(await isPortInUse(temporal));
}
