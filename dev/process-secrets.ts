import { join } from 'node:path';
import { keepSecret } from './secrets.ts';

/** What processes sign with. Who is given which follows from what its main.ts reads. */
const MADE = [
  'JWT_SECRET',
  'MARKET_DATA_SERVICE_SECRET',
  'BROKER_SERVICE_SECRET',
  'REPORT_SEAL_SECRET',
] as const;

export type Secrets = Readonly<Record<(typeof MADE)[number], string>>;

/**
 * Each secret as its variable says, else one that is made once per state folder, so that a login
 * survives a restart.
 */
export function readSecrets(env: NodeJS.ProcessEnv, stateDir: string): Secrets {
  const entries = MADE.map((name) => [name, env[name] || keepSecret(join(stateDir, fileOf(name)))]);
  return Object.fromEntries(entries) as Secrets;
}

/** `JWT_SECRET` is kept in `jwt-secret`. */
const fileOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');
