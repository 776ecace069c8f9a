import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Says at the end of a run which tests passed only when they were tried again, and what their first
 * attempt failed with: they are to be looked into, though the run is green.
 */
export class SecondAttempts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap(({ children }) => [...children.allTests()].filter(isFlaky));
    if (flaky.length === 0) return;
    console.log(`\nPassed only when tried again, to be looked into: ${flaky.length}`);
    for (const test of flaky) {
      console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`);
      for (const { message } of test.result().errors ?? []) console.log(`    ${message}`);
    }
  }
}

const isFlaky = (test: TestCase): boolean => test.diagnostic()?.flaky === true;
