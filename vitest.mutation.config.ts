import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const ROOT = import.meta.dirname;

const drawsCases = (path: string): boolean => readFileSync(path, 'utf8').includes('fc.assert(');

/**
 * The first test that fails ends a run, and it is mostly one of the mutated file's own or its
 * neighbours'. Examples are asked before properties, which draw thousands of cases each.
 */
class NearestTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [mutated = ''] = this.ctx.config.related ?? [];
    const ownTest = join('test', relative(ROOT, mutated)).replace(/\.ts$/, '.test.ts');
    const distance = ({ moduleId }: TestSpecification): number => {
      const test = relative(ROOT, moduleId);
      const isNear = join(test, '..') === join(ownTest, '..');
      if (isNear && !drawsCases(moduleId)) return test === ownTest ? 0 : 1;
      if (isNear) return test === ownTest ? 2 : 3;
      return drawsCases(moduleId) ? 5 : 4;
    };
    return [...files].sort((a, b) => distance(a) - distance(b));
  }
}

/** The pure tests that `npm run mutate` judges: no services, and the same cases each time. */
export default defineConfig({
  test: {
    include: [
      'test/domain/**/*.test.ts',
      'test/workflows/orders/{apply,carried-life,life-state,next-action}*.test.ts',
      'test/workflows/retry/**/*.test.ts',
      'test/use-cases/orders/{decide-*,market-hours,plan-*}.test.ts',
    ],
    setupFiles: ['test/support/fixed-seed.ts'],
    isolate: false,
    testTimeout: 60_000,
    sequence: { sequencer: NearestTestsFirst },
  },
});
