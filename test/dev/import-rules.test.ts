import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { listIdleRules } from '../../dev/verify-imports.ts';
import { makeFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const CONFIGS = ['.dependency-cruiser.mjs', '.dependency-cruiser.runtime.mjs'];

/** One offence for each rule: the file, what it imports. */
const OFFENCES: ReadonlyArray<[rule: string, file: string, text: string]> = [
  ['no-circular', 'domain/a.ts', "import { b } from './b.ts'; export const a = () => b;"],
  ['domain-stands-alone', 'domain/rule.ts', "import { z } from 'zod'; export const rule = z;"],
  [
    'domain-stands-alone',
    'domain/clock.ts',
    "import { performance } from 'node:perf_hooks'; export const now = performance;",
  ],
  [
    'contracts-stand-on-domain',
    'contracts/port.ts',
    "import type { z } from 'zod'; export type Port = z.ZodType;",
  ],
  [
    'workflows-are-deterministic',
    'workflows/flow.ts',
    "import type { Client } from '@temporalio/client'; export type Flow = Client;",
  ],
  [
    'workflows-see-activities-as-types',
    'workflows/eager.ts',
    "import { act } from '../activities/act.ts'; export const flow = act;",
  ],
  [
    'use-cases-know-ports-only',
    'use-cases/accept.ts',
    "import { store } from '../adapters/postgres/store.ts'; export const accept = store;",
  ],
  [
    'activities-know-use-cases-only',
    'activities/act.ts',
    "import { sql } from 'drizzle-orm'; export const act = sql;",
  ],
  [
    'api-knows-use-cases-only',
    'api/route.ts',
    "import { store } from '../adapters/postgres/store.ts'; export const route = store;",
  ],
  [
    'adapters-stand-alone',
    'adapters/redis/cache.ts',
    "import { store } from '../postgres/store.ts'; export const cache = store;",
  ],
  [
    'adapters-stand-on-contracts',
    'adapters/broker/client.ts',
    "import { accept } from '../../use-cases/accept.ts'; export const client = accept;",
  ],
  [
    'broker-and-hub-are-strangers',
    'paper-broker/venue.ts',
    "import { accept } from '../use-cases/accept.ts'; export const venue = accept;",
  ],
  [
    'proto-stops-at-the-edges',
    'activities/wire.ts',
    "import { create } from '@bufbuild/protobuf'; export const wire = create;",
  ],
  [
    'nobody-needs-tests-or-measurements',
    'dev/tool.ts',
    "import { fixture } from '../test/fixture.ts'; export const tool = fixture;",
  ],
  [
    'development-packages-stay-in-development',
    'workers/build.ts',
    "import { it } from 'vitest'; export const build = it;",
  ],
  [
    'everything-resolves',
    'api/missing.ts',
    "import { gone } from './gone.ts'; export const missing = gone;",
  ],
  [
    'workflows-reach-nothing-impure',
    'workflows/reach.ts',
    "import { pure } from '../contracts/pure.ts'; export const reach = pure;",
  ],
];

/** What the offences lean on. */
const INNOCENTS: ReadonlyArray<[file: string, text: string]> = [
  ['domain/b.ts', "import { a } from './a.ts'; export const b = () => a;"],
  ['adapters/postgres/store.ts', 'export const store = 1;'],
  ['test/fixture.ts', 'export const fixture = 1;'],
  ['contracts/pure.ts', "import { deep } from './deep.ts'; export const pure = deep;"],
  [
    'contracts/deep.ts',
    "import { readFileSync } from 'node:fs'; export const deep = readFileSync;",
  ],
  [
    'workflows/typed.ts',
    "import type { act } from '../activities/act.ts'; export type Typed = typeof act;",
  ],
  [
    'api/main.ts',
    "import { store } from '../adapters/postgres/store.ts'; export const wired = store;",
  ],
];

function makeTree(): string {
  const root = makeFolder();
  for (const [file, text] of [
    ...OFFENCES.map(([, file, text]) => [file, text] as const),
    ...INNOCENTS,
  ]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  for (const file of ['tsconfig.json', 'package.json'])
    copyFileSync(join(ROOT, file), join(root, file));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

const FOLDERS = [
  'domain',
  'contracts',
  'workflows',
  'use-cases',
  'activities',
  'adapters',
  'api',
  'workers',
  'paper-broker',
  'dev',
  'test',
];

/** Every violation in the tree as `rule: file`. */
function cruise(root: string, config: string): string[] {
  const depcruise = join(ROOT, 'node_modules', '.bin', 'depcruise');
  const run = spawnSync(
    depcruise,
    ['--config', join(ROOT, config), '--output-type', 'json', ...FOLDERS],
    { cwd: root, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(run.stdout) as {
    summary: { violations: Array<{ rule: { name: string }; from: string }> };
  };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

async function listRuleNames(config: string): Promise<string[]> {
  const { default: rules } = (await import(join(ROOT, config))) as {
    default: { forbidden: Array<{ name: string }> };
  };
  return rules.forbidden.map((rule) => rule.name);
}

it('catches an offence against each import rule, and no import that is allowed', () => {
  const root = makeTree();
  const violations = CONFIGS.flatMap((config) => cruise(root, config));
  expect(violations).toEqual(
    expect.arrayContaining(OFFENCES.map(([rule, file]) => `${rule}: ${file}`)),
  );
  expect(violations.filter((violation) => /workflows\/typed|api\/main/.test(violation))).toEqual(
    [],
  );
});

it('has an offence in this test for every rule that there is', async () => {
  const names = await Promise.all(CONFIGS.map(listRuleNames));
  expect(names.flat().filter((name) => !OFFENCES.some(([rule]) => rule === name))).toEqual([]);
});

it('calls a rule idle when no module matches it', () => {
  const forbidden = [
    { name: 'about-nothing', severity: 'error', from: { path: '^nowhere/' }, to: {} },
  ];
  const result = { summary: { ruleSetUsed: { forbidden } }, modules: [{ source: 'domain/a.ts' }] };
  expect(listIdleRules(result as unknown as Parameters<typeof listIdleRules>[0])).toEqual([
    expect.stringContaining('about-nothing'),
  ]);
});
