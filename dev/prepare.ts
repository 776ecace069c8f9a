import { hasDemoUsers, readProfile } from '../contracts/deployment-profile.ts';
import { prepareDatabase } from './prepare-database.ts';
import { externalDatabases } from './services/postgres.ts';
import { ensureNamespace, ensureSearchAttributes } from './services/temporal-namespace.ts';

/**
 * Brings a database and a Temporal server that run elsewhere to what the processes expect, once per
 * deployment and safe to repeat: schema, the rights of the roles that API_DATABASE_URL and
 * WORKERS_DATABASE_URL name, the demo users if the profile that was chosen has them, the namespace,
 * the search attributes.
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
say('temporal', `namespace ${TEMPORAL_NAMESPACE} and search attributes`);
await ensureNamespace(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE);
await ensureSearchAttributes(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE);
