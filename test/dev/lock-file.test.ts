import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const LOCK = join(import.meta.dirname, '..', '..', 'package-lock.json');

/** Where Node would look for a package from inside another one, innermost first. */
function listPlaces(from: string, name: string): string[] {
  const parents = from.split('node_modules/').map((_, index, parts) =>
    parts
      .slice(0, index + 1)
      .join('node_modules/')
      .replace(/\/$/, ''),
  );
  return parents.map((parent) => `${parent ? `${parent}/` : ''}node_modules/${name}`);
}

it('locks the programs of every platform, without which npm ci refuses the lock file', () => {
  const { packages } = JSON.parse(readFileSync(LOCK, 'utf8')) as { packages: Record<string, LockedPackage> };
  const wanted = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ name, places: listPlaces(from, name) })),
  );
  const missing = wanted.filter(({ places }) => !places.some((place) => place in packages)).map(({ name }) => name);
  expect(missing).toEqual([]);
});
