/**
 * Who may import whom, types included. Each rule's `from.path` must match a module
 * (dev/verify-imports.ts asserts it), so none is idle. What workflows may reach at run time is in
 * .dependency-cruiser.runtime.mjs.
 */

const outside = (...allowed) => ({ pathNot: allowed });
const NODE_MODULES = '(^|/)node_modules/';
export const npm = (name) => `${NODE_MODULES}${name}/`;

/** Where a process is put together: its main.ts, and what main.ts is split into. */
const COMPOSITION_ROOTS = '(^|/)(main|compose-[a-z-]+)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'Modules that import each other cannot be read, tested or initialised one at a time.',
      severity: 'error',
      from: { path: '^[^/]+/' },
      to: { circular: true },
    },
    {
      name: 'domain-stands-alone',
      comment:
        'Pure rules: decimal.js and nothing else, so no clock, no randomness, no environment.',
      severity: 'error',
      from: { path: '^domain/' },
      to: outside('^domain/', npm('decimal\\.js')),
    },
    {
      name: 'contracts-stand-on-domain',
      comment: 'What crosses a boundary is types and names; it brings no library along.',
      severity: 'error',
      from: { path: '^contracts/' },
      to: outside('^contracts/', '^domain/'),
    },
    {
      name: 'workflows-are-deterministic',
      comment:
        'Workflows stand on the workflow SDK, the domain and the contracts; activities they know as types only (next rule).',
      severity: 'error',
      from: { path: '^workflows/' },
      to: outside(
        '^workflows/',
        '^domain/',
        '^contracts/',
        '^activities/',
        npm('@temporalio/(workflow|common)'),
      ),
    },
    {
      name: 'workflows-see-activities-as-types',
      comment:
        'An activity that is imported as a value would be bundled into the sandbox and run inside the workflow.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'use-cases-know-ports-only',
      comment: 'What the system does is said over ports.',
      severity: 'error',
      from: { path: '^use-cases/' },
      to: {
        path: [
          '^(activities|adapters|api|workers|workflows|market-data|paper-broker|proto|drizzle|dev)/',
          npm('drizzle-orm'),
          npm('postgres'),
          npm('ioredis'),
        ],
      },
    },
    {
      name: 'activities-know-use-cases-only',
      comment: 'An activity is a use-case with retries.',
      severity: 'error',
      from: { path: '^activities/' },
      to: {
        path: [
          '^(adapters|api|workers|workflows|market-data|paper-broker|proto|drizzle|dev)/',
          npm('drizzle-orm'),
          npm('postgres'),
          npm('ioredis'),
        ],
      },
    },
    {
      name: 'api-knows-use-cases-only',
      comment: 'Routes and handlers are thin; only the composition root wires adapters.',
      severity: 'error',
      from: { path: '^api/', pathNot: COMPOSITION_ROOTS },
      to: {
        path: [
          '^(adapters|activities|workers|market-data|paper-broker|drizzle|dev)/',
          npm('drizzle-orm'),
          npm('postgres'),
          npm('ioredis'),
        ],
      },
    },
    {
      name: 'adapters-stand-alone',
      comment: 'An adapter can be replaced without a look at the others.',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/' },
      to: { path: '^adapters/([^/]+)/', pathNot: '^adapters/$1/' },
    },
    {
      name: 'adapters-stand-on-contracts',
      comment: 'Adapters implement ports; they call nobody who uses them.',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: '^(use-cases|activities|api|workers|workflows|market-data|paper-broker|dev)/' },
    },
    {
      name: 'broker-and-hub-are-strangers',
      comment:
        'The paper broker and the market-data service talk to the hub by their protocols, never by its code.',
      severity: 'error',
      from: { path: '^(market-data|paper-broker)/' },
      to: { path: '^(use-cases|activities|api|workers|workflows|drizzle|dev)/' },
    },
    {
      name: 'proto-stops-at-the-edges',
      comment: 'Inside, orders are our own types: a change of the wire format ends at the edge.',
      severity: 'error',
      from: { path: '^(domain|contracts|use-cases|activities|workflows)/' },
      to: { path: ['^proto/', npm('@bufbuild/protobuf'), npm('@connectrpc/[^/]+')] },
    },
    {
      name: 'nobody-needs-tests-or-measurements',
      comment: 'What ships does not lean on what checks it.',
      severity: 'error',
      from: { path: '^', pathNot: ['^(test|bench|chaos)/', '^vitest\\.config\\.ts$'] },
      to: { path: '^(test|bench|chaos)/' },
    },
    {
      name: 'development-packages-stay-in-development',
      comment: 'A process must run with production dependencies alone.',
      severity: 'error',
      from: {
        path: '^(domain|contracts|use-cases|activities|api|adapters|workers|workflows|market-data|paper-broker|drizzle)/',
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that cannot be found fails in production, at the first call.',
      severity: 'error',
      from: { path: '^' },
      to: { couldNotResolve: true, pathNot: '^vitest/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
