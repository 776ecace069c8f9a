/** Migrates the hub's database and, if wanted, puts the demo users into it. Both are safe to repeat. */
export async function prepareDatabase(
  databaseUrl: string,
  options: { seed: boolean; say: (name: string, line: string) => void },
): Promise<void> {
  // Loaded only here: a stack without a database has no use for the schema.
  const { migrate } = await import('../drizzle/migrate.ts');
  options.say('postgres', 'migrating');
  await migrate(databaseUrl);
  if (!options.seed) return;
  const { seedDemo } = await import('../drizzle/seed.ts');
  options.say('postgres', 'seeding the demo users');
  await seedDemo(databaseUrl);
}
