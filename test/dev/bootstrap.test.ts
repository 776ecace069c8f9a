import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from './temporary-folder.ts';

const BOOTSTRAP = join(import.meta.dirname, '..', '..', 'dev', 'bootstrap.mjs');

interface Bootstrap {
  hashLock(root: string): string;
  reasonToInstall(root: string): string | null;
}

const { hashLock, reasonToInstall } = (await import(BOOTSTRAP)) as Bootstrap;

/** A checkout whose lock file names one package, and optionally a node_modules with it. */
function makeCheckout(
  options: { installed?: string; stamp?: (root: string) => string } = {},
): string {
  const root = makeFolder();
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } }),
  );
  if (options.installed !== undefined) {
    mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
    writeFileSync(join(root, 'node_modules', '.bin', 'node'), '', { mode: 0o755 });
    const record = { packages: { 'node_modules/a': { version: options.installed } } };
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify(record));
  }
  if (options.stamp)
    writeFileSync(join(root, 'node_modules', '.hub-lock-hash'), options.stamp(root));
  return root;
}

it('installs when node_modules is missing', () => {
  expect(reasonToInstall(makeCheckout())).toBe('node_modules is missing');
});

it('installs nothing when the stamp is the hash of the lock file', () => {
  expect(reasonToInstall(makeCheckout({ installed: '1.0.0', stamp: hashLock }))).toBeNull();
});

it('installs when the lock file has changed since', () => {
  expect(reasonToInstall(makeCheckout({ installed: '1.0.0', stamp: () => 'older' }))).toBe(
    'package-lock.json has changed',
  );
});

it('trusts an npm ci that somebody ran by hand if it made what the lock file says', () => {
  expect(reasonToInstall(makeCheckout({ installed: '1.0.0' }))).toBeNull();
  expect(reasonToInstall(makeCheckout({ installed: '0.9.0' }))).toBe(
    'node_modules does not match package-lock.json',
  );
});

it('shows that it installs, and says in a sentence when that fails', () => {
  const root = makeCheckout();
  mkdirSync(join(root, 'dev'));
  cpSync(BOOTSTRAP, join(root, 'dev', 'bootstrap.mjs'));
  writeFileSync(join(root, 'npm'), '#!/bin/sh\necho "npm error network" >&2\nexit 7\n', {
    mode: 0o755,
  });
  const env = { ...process.env, PATH: `${root}:${process.env.PATH}` };
  const run = spawnSync(process.execPath, [join(root, 'dev', 'bootstrap.mjs'), 'start'], {
    env,
    encoding: 'utf8',
  });
  expect(run.status).toBe(7);
  expect(run.stdout).toContain('node_modules is missing: npm ci');
  expect(run.stderr).toContain('npm ci failed (exit code 7)');
});

it('hands the arguments over to the pinned Node and its exit code back', () => {
  const root = makeCheckout({ installed: '1.0.0', stamp: hashLock });
  mkdirSync(join(root, 'dev'));
  cpSync(BOOTSTRAP, join(root, 'dev', 'bootstrap.mjs'));
  writeFileSync(
    join(root, 'node_modules', '.bin', 'node'),
    '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "ran $*"\nexit 3\n',
    {
      mode: 0o755,
    },
  );
  const run = spawnSync(
    process.execPath,
    [join(root, 'dev', 'bootstrap.mjs'), 'start', '--fresh'],
    { encoding: 'utf8' },
  );
  expect(run.stdout).toContain('ran dev/start.ts --fresh');
  expect(run.status).toBe(3);
});

it('rejects a program that it does not know', () => {
  expect(spawnSync(process.execPath, [BOOTSTRAP, 'sing'], { encoding: 'utf8' }).status).toBe(2);
});
