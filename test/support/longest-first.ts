import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of a few lines whose tests take minutes: they play every scenario. Vitest knows from
 * earlier runs how long a file takes; on a fresh checkout it goes by size, and would run these
 * last, with one core idle beside them.
 */
const isShortAndSlow = ({ moduleId }: TestSpecification): boolean =>
  /\/e2e\/resets-[a-z-]+\.test\.ts$/.test(moduleId);

/** Vitest's own order, but for those files, which come first in their project. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const slow = sorted.filter(isShortAndSlow);
    const others = sorted.filter((file) => !isShortAndSlow(file));
    const start = others.findIndex(({ project }) => project.name === slow[0]?.project.name);
    return start < 0 ? sorted : others.toSpliced(start, 0, ...slow);
  }
}
