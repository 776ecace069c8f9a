import { prepareDatabase } from './prepare-database.ts';
import { ensureNamespace, ensureSearchAttributes } from './services/temporal-namespace.ts';

/**
 * Brings a database and a Temporal server that run elsewhere to what the processes expect, once per deployment and safe to repeat:
 * schema, in the dev profile the demo users, the namespace, the search attributes.
 */
const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE = 'default', HUB_PROFILE } = process.env;
if (!DATABASE_URL || !TEMPORAL_ADDRESS) throw new Error('DATABASE_URL and TEMPORAL_ADDRESS say what to prepare; both are needed');

const say = (name: string, line: string): void => console.log(`${name}: ${line}`);
await prepareDatabase(DATABASE_URL, { seed: HUB_PROFILE === 'dev', say });
say('temporal', `namespace ${TEMPORAL_NAMESPACE} and search attributes`);
await ensureNamespace(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE);
await ensureSearchAttributes(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE);
