// Runs on Node 20 with nothing installed: brings node_modules up to date, then hands over to npm's
// pinned Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OWN_FILE = fileURLToPath(import.meta.url);
const ROOT = join(dirname(OWN_FILE), '..');
const PROGRAMS = {
  start: 'dev/start.ts',
  status: 'dev/status.ts',
  backup: 'dev/backup.ts',
  restore: 'dev/restore.ts',
  rehearse: 'dev/rehearse.ts',
  sql: 'dev/sql.ts',
  test: 'dev/test.ts',
  bench: 'bench/main.ts',
  chaos: 'chaos/main.ts',
  fuzz: 'test/hostile/schemathesis.ts',
  soak: 'test/hostile/soak.ts',
  histories: 'test/replay/record.ts',
  mutate: 'node_modules/@stryker-mutator/core/bin/stryker.js',
  verify: 'dev/verify.ts',
};
const PROGRESS_EVERY_MS = 10_000;
/** All our processes load the same files: each is stripped of its types and compiled once. */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'hub-compiled');

/**
 * What node_modules must be made from: the lock file, the patches of packages, and the platform,
 * since some packages bring programs.
 */
export function hashLock(root) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const patches = join(root, 'patches');
  for (const name of existsSync(patches) ? readdirSync(patches).sort() : [])
    hash.update(readFileSync(join(patches, name)));
  return hash.update(`${process.platform}-${process.arch}`).digest('hex');
}

/** Why `npm ci` has to run, or `null` when node_modules was made from this very lock file. */
export function reasonToInstall(root) {
  if (!existsSync(join(root, 'node_modules', '.bin', 'node'))) return 'node_modules is missing';
  const stamp = join(root, 'node_modules', '.hub-lock-hash');
  if (existsSync(stamp))
    return readFileSync(stamp, 'utf8') === hashLock(root) ? null : 'package-lock.json has changed';
  return isSameAsInstalled(root) ? null : 'node_modules does not match package-lock.json';
}

/**
 * A node_modules that somebody's own `npm ci` made has no stamp, but npm's record of it says the
 * same as the lock file.
 */
function isSameAsInstalled(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const { '': _, ...wanted } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  ).packages;
  const isMet = ([path, entry]) =>
    installed[path] ? installed[path].version === entry.version : entry.optional === true;
  return (
    Object.entries(wanted).every(isMet) && Object.keys(installed).every((path) => path in wanted)
  );
}

async function install(root, reason) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  console.log(`${reason}: npm ci (1 to 2 minutes the first time)`);
  const progress = setInterval(
    () => console.log(`npm ci, ${seconds()} s so far`),
    PROGRESS_EVERY_MS,
  );
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], root);
  clearInterval(progress);
  if (code !== 0) {
    console.error(
      `\nnpm ci failed (exit code ${code}): the lines above say why. Mostly it is the network or the registry; run the same command again then.`,
    );
    process.exit(code);
  }
  console.log(`npm ci done in ${seconds()} s`);
}

/**
 * Runs a program in our own process group and resolves with its exit code. Signals are passed on;
 * in a terminal the program may get Ctrl-C from there as well, and takes repeats within a second
 * for one.
 */
function run(command, args, cwd, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    const passOn = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, passOn);
    child.once('error', (error) => {
      console.error(`${command} cannot be run: ${error.message}`);
      resolve(127);
    });
    child.once('close', (code, signal) => {
      for (const name of signals) process.removeListener(name, passOn);
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}

async function main([name, ...args]) {
  const program = PROGRAMS[name];
  if (!program) {
    console.error(`There is no program ${name}: one of ${Object.keys(PROGRAMS).join(', ')}.`);
    process.exit(2);
  }
  const reason = reasonToInstall(ROOT);
  if (reason) await install(ROOT, reason);
  writeFileSync(join(ROOT, 'node_modules', '.hub-lock-hash'), hashLock(ROOT));
  const node = join(ROOT, 'node_modules', '.bin', 'node');
  if (spawnSync(node, ['--version']).status !== 0) {
    console.error(
      `The pinned Node (${node}) does not run on this machine: remove node_modules and run the same command again.`,
    );
    process.exit(1);
  }
  const settings = existsSync(join(ROOT, '.env')) ? ['--env-file=.env'] : [];
  const env = { NODE_COMPILE_CACHE: COMPILED, ...process.env };
  process.exit(await run(node, [...settings, program, ...args], ROOT, env));
}

// Imported by its test, it does nothing.
if (process.argv[1] && realpathSync(process.argv[1]) === OWN_FILE)
  await main(process.argv.slice(2));
