import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';
import { captureOutput, ROOT } from './verify-run.ts';

const MODULES_MIN = 50;

/**
 * Everything that holds code. A folder that does not exist yet is left out; the rules about it then
 * fail for matching nothing.
 */
const FOLDERS = [
  ...[
    'domain',
    'contracts',
    'workflows',
    'use-cases',
    'activities',
    'adapters',
    'api',
    'workers',
    'market-data',
    'paper-broker',
  ],
  ...['proto', 'drizzle', 'dev', 'clients', 'bench', 'test'],
  ...['vitest.config.ts', 'vitest.mutation.config.ts'],
];

/**
 * Cruises twice: with types, for who may import whom, and without, for what workflows reach at run
 * time. A cruiser that cannot parse TypeScript finds no modules and says that all is well, and so
 * does a rule that matches nothing: both are failures here.
 */
export async function checkImports(): Promise<string> {
  const folders = FOLDERS.filter((folder) => existsSync(join(ROOT, folder)));
  const everything = await cruise('.dependency-cruiser.mjs', folders);
  const runtime = await cruise('.dependency-cruiser.runtime.mjs', folders);
  const problems = [everything, runtime].flatMap((result) => [
    ...listViolations(result),
    ...listIdleRules(result),
  ]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return `${everything.summary.totalCruised} modules, ${everything.summary.totalDependenciesCruised ?? 0} imports`;
}

async function cruise(config: string, folders: readonly string[]): Promise<ICruiseResult> {
  const output = await captureOutput('depcruise', [
    '--config',
    config,
    '--output-type',
    'json',
    ...folders,
  ]);
  const result = JSON.parse(output) as ICruiseResult;
  if (result.summary.totalCruised < MODULES_MIN) {
    throw new Error(
      `only ${result.summary.totalCruised} modules were cruised, at least ${MODULES_MIN} exist: is typescript 6 installed?`,
    );
  }
  return result;
}

function listViolations({ summary }: ICruiseResult): string[] {
  return summary.violations.map(({ rule, from, to, via }) => {
    const path = via ? ` by ${via.map((step) => step.name).join(' → ')}` : '';
    return `${rule.name}: ${from} → ${to}${path}`;
  });
}

/** Rules whose `from` no module of ours matches. */
export function listIdleRules({
  summary,
  modules,
}: Pick<ICruiseResult, 'summary' | 'modules'>): string[] {
  const rules = (summary.ruleSetUsed?.forbidden ?? []) as IForbiddenRuleType[];
  const matches = (rule: IForbiddenRuleType, source: string) => {
    const { path, pathNot } = rule.from as {
      path?: string | string[];
      pathNot?: string | string[];
    };
    return isMatched(path, source) && !(pathNot !== undefined && isMatched(pathNot, source));
  };
  return rules
    .filter((rule) => !modules.some(({ source }) => matches(rule, source)))
    .map((rule) => `${rule.name}: no module matches its from.path, so it checks nothing`);
}

function isMatched(pattern: string | string[] | undefined, source: string): boolean {
  return [pattern ?? ''].flat().some((one) => new RegExp(one).test(source));
}
