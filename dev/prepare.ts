import { hasDemoUsers, readProfile } from '../contracts/deployment-profile.ts';
import { prepareDatabase } from './prepare-database.ts';
import { externalDatabases } from './services/postgres.ts';
import {
  ensureNamespace,
  ensureSearchAttributes,
  readRetention,
  setRetention,
} from './services/temporal-namespace.ts';

/**
 * Brings a database and a Temporal server that run elsewhere to what the processes expect, once per
 * deployment and safe to repeat: schema, the rights of the roles that API_DATABASE_URL and
 * WORKERS_DATABASE_URL name, the demo users if the profile that was chosen has them, the namespace
 * with its retention, the search attributes.
 */
const { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE = 'default', HUB_PROFILE } = process.env;
const profile = readProfile(process.env);
const databases = externalDatabases(process.env);
if (!databases || !TEMPORAL_ADDRESS)
  throw new Error('DATABASE_URL and TEMPORAL_ADDRESS say what to prepare; both are needed');

const say = (name: string, line: string): void => console.log(`${name}: ${line}`);
await prepareDatabase(databases, {
  seed: HUB_PROFILE && hasDemoUsers(profile) ? profile : null,
  say,
});
const retentionDays = readRetention(process.env);
say(
  'temporal',
  `namespace ${TEMPORAL_NAMESPACE}, histories kept for ${retentionDays} days, and search attributes`,
);
await ensureNamespace(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE);
await setRetention(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, retentionDays);
await ensureSearchAttributes(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE);
