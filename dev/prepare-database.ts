import type { Profile } from '../contracts/deployment-profile.ts';
import type { DatabaseUrls } from './services/postgres.ts';

/**
 * Migrates the hub's database, lets the processes' roles do what they need, and puts the demo users
 * of the given profile into it; with `null`, none. All of it is safe to repeat.
 */
export async function prepareDatabase(
  { migrations, api, workers }: Pick<DatabaseUrls, 'migrations' | 'api' | 'workers'>,
  options: { seed: Profile | null; say: (name: string, line: string) => void },
): Promise<void> {
  // Loaded only here: a stack without a database has no use for the schema.
  const { migrate } = await import('../drizzle/migrate.ts');
  options.say('postgres', 'migrating');
  await migrate(migrations, { api: roleOf(api), workers: roleOf(workers) });
  if (!options.seed) return;
  const { seedDemo } = await import('../drizzle/seed.ts');
  options.say('postgres', 'seeding the demo users');
  await seedDemo(migrations, options.seed);
}

const roleOf = (url: string): string => decodeURIComponent(new URL(url).username);
