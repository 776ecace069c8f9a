import { builtinModules } from 'node:module';
import { npm, default as rules } from './.dependency-cruiser.mjs';

/**
 * What is left once types are erased: everything that a workflow reaches, through however many
 * files, is bundled into its sandbox.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'workflows-reach-nothing-impure',
      comment:
        'No Node builtin, adapter, schema library, database or wire format, not even through another file.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        path: [
          '^(adapters|activities|use-cases|drizzle|proto|dev)/',
          npm(
            '(zod|drizzle-orm|postgres|ioredis|pino|prom-client|uuid|@bufbuild/protobuf|@connectrpc/[^/]+|@temporalio/(client|worker|activity))',
          ),
          `^(node:)?(${builtinModules.join('|')})$`,
        ],
        reachable: true,
      },
    },
  ],
  options: { ...rules.options, tsPreCompilationDeps: false },
};
