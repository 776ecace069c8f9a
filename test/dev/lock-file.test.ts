import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly integrity?: string;
  readonly resolved?: string;
}

const LOCK = join(import.meta.dirname, '..', '..', 'package-lock.json');

const { packages } = JSON.parse(readFileSync(LOCK, 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const { '': _project, ...dependencies } = packages;

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

/** Every package of which this does not hold. */
function listOffenders(holds: (entry: LockedPackage) => boolean): string[] {
  return Object.entries(dependencies).flatMap(([path, entry]) => (holds(entry) ? [] : [path]));
}

it('locks the programs of every platform, without which npm ci rejects the lock file', () => {
  const wanted = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ name, places: listPlaces(from, name) })),
  );
  const missing = wanted
    .filter(({ places }) => !places.some((place) => place in packages))
    .map(({ name }) => name);
  expect(missing).toEqual([]);
});

it('says of every package, on every platform, what its bytes are', () => {
  expect(Object.keys(dependencies).length).toBeGreaterThan(500);
  expect(
    listOffenders(({ integrity }) => /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')),
  ).toEqual([]);
});

it('names no registry: a package comes from the one that npm is set to', () => {
  expect(listOffenders(({ resolved }) => resolved === undefined)).toEqual([]);
});
