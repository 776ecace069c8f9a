import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import { gatherRuns } from '../../../use-cases/broker-session/gather-runs.ts';
import { reportOf, sequencesOf } from './reports.ts';

/** Gaps that end when the test says so. */
function createGaps() {
  const open: (() => void)[] = [];
  return {
    sleep: () => new Promise<void>((resolve) => open.push(resolve)),
    end: async () => {
      open.splice(0).forEach((resolve) => void resolve());
      await sleep(1);
    },
  };
}

function gather(runs: AsyncIterable<ExecutionReport[]>, sleepFor: () => Promise<void>) {
  const left: number[][] = [];
  const ended = (async () => {
    for await (const run of gatherRuns(runs, { gapMs: 50, sleep: sleepFor }))
      left.push(sequencesOf(run));
  })();
  return { left, ended };
}

/** Runs that the test hands out one by one. */
function createSource() {
  const waiting: ((result: IteratorResult<ExecutionReport[]>) => void)[] = [];
  const runs: AsyncIterable<ExecutionReport[]> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise((resolve) => waiting.push(resolve)) }),
  };
  return {
    runs,
    async give(...sequences: number[]) {
      waiting.shift()?.({ done: false, value: sequences.map((sequence) => reportOf(sequence)) });
      await sleep(1);
    },
    async finish() {
      waiting.shift()?.({ done: true, value: undefined });
      await sleep(1);
    },
  };
}

it('lets the first run go at once, and what follows within the gap together, in its order', async () => {
  const source = createSource();
  const gaps = createGaps();
  const { left, ended } = gather(source.runs, gaps.sleep);
  await source.give(1);
  expect(left).toEqual([[1]]);
  await source.give(2);
  await source.give(3, 4);
  expect(left).toEqual([[1]]);
  await gaps.end();
  expect(left).toEqual([[1], [2, 3, 4]]);
  await gaps.end();
  await source.give(5);
  expect(left).toEqual([[1], [2, 3, 4], [5]]);
  await source.give(6);
  await source.finish();
  expect(left).toEqual([[1], [2, 3, 4], [5], [6]]);
  await ended;
});

it('does not gather without a bound', async () => {
  const source = createSource();
  const { left } = gather(source.runs, createGaps().sleep);
  await source.give(1);
  await source.give(...Array.from({ length: 999 }, (_, index) => index + 2));
  expect(left).toHaveLength(1);
  await source.give(1_001, 1_002);
  expect(left.map((run) => run.length)).toEqual([1, 1_001]);
});

it('ends at once when its reader does, also while the stream is silent', async () => {
  async function* silentAfterOne() {
    yield [reportOf(1)];
    await new Promise<never>(() => {});
  }
  for await (const run of gatherRuns(silentAfterOne(), {
    gapMs: 50,
    sleep: async () => Promise.reject(new Error('stopped')),
  })) {
    expect(sequencesOf(run)).toEqual([1]);
    break;
  }
});

it('passes on what the stream throws, after what came before it', async () => {
  async function* broken() {
    yield [reportOf(1)];
    throw new Error('the venue is gone');
  }
  const { left, ended } = gather(broken(), async () => {});
  await expect(ended).rejects.toThrow('the venue is gone');
  expect(left).toEqual([[1]]);
});
