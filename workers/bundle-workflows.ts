import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type BundleOptions,
  bundleWorkflowCode,
  type Logger,
  type WorkflowBundle,
} from '@temporalio/worker';

const ROOT = join(import.meta.dirname, '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'hub-workflows');

/**
 * All that can be in the bundle: our own folders that workflows may import, and the packages by
 * their lock.
 */
const SOURCES = ['workflows', 'domain', 'contracts', 'package-lock.json'] as const;

/** Workflows that are bundled with something more than they have in production. */
export interface BundleVariant {
  /** Unique among the variants. */
  readonly name: string;
  /** Files and folders, from the root, that are in the bundle besides the workflows' own. */
  readonly sources: readonly string[];
  readonly options: Pick<BundleOptions, 'workflowInterceptorModules' | 'webpackConfigHook'>;
}

const AS_THEY_ARE: BundleVariant = { name: '', sources: [], options: {} };

/**
 * The workflows as one bundle, shared by the workers of a process. Made once per state of the
 * sources, some four seconds of a core, and kept: a worker that was killed is back as soon as Node
 * is. Where nothing can be kept (a read-only image), it is made at every start.
 */
export async function bundleWorkflows(
  logger: Logger,
  variant: BundleVariant = AS_THEY_ARE,
): Promise<WorkflowBundle> {
  const file = join(CACHE, `${hashSources(variant)}.js`);
  if (existsSync(file)) return { code: readFileSync(file, 'utf8') };
  const bundle = await bundleWorkflowCode({
    ...variant.options,
    workflowsPath: join(ROOT, 'workflows', 'index.ts'),
    logger,
  });
  keep(file, bundle.code, logger);
  return bundle;
}

function hashSources({ name, sources }: BundleVariant): string {
  // Stack traces name the files of this checkout.
  const hash = createHash('sha256').update(`${ROOT}\0${name}\0`);
  for (const source of [...SOURCES, ...sources]) {
    for (const file of listFiles(source))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(ROOT, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

function listFiles(path: string): string[] {
  if (path.includes('.')) return [path];
  const entries = readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile(),
  );
  return entries
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1))
    .sort();
}

/** Whole or not at all: another process may read it in the same moment. */
function keep(file: string, code: string, logger: Logger): void {
  const unfinished = `${file}.${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(unfinished, code);
    renameSync(unfinished, file);
  } catch (error) {
    logger.warn('the bundle of the workflows is not kept', { error });
  }
}
