import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runPaced } from '../../bench/paced-load.ts';

it('makes each call of a closed load once and never more at a time than there are clients', async () => {
  const made: number[] = [];
  let underWay = 0;
  let most = 0;
  const result = await runPaced({ kind: 'closed', concurrency: 4, count: 41 }, async (index) => {
    made.push(index);
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(1);
    underWay -= 1;
  });
  expect(made.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 41 }, (_, index) => index));
  expect(most).toBe(4);
  expect(result.latenciesMs).toHaveLength(41);
});

it('sends the calls of an open load when they are due, whether or not earlier ones were answered', async () => {
  let answer: () => void = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const sent: number[] = [];
  await runPaced({ kind: 'open', ratePerSecond: 1_000, count: 5 }, async (index) => {
    sent.push(index);
    // The first calls wait for the last one: a load that waited for answers would never get there.
    if (index === 4) answer();
    else await answered;
  });
  expect(sent).toEqual([0, 1, 2, 3, 4]);
});

it('counts the latency of an open load from when the call was due, so that a stall shows in all who had to wait', async () => {
  const stallMs = 60;
  const result = await runPaced({ kind: 'open', ratePerSecond: 1_000, count: 3 }, async (index) => {
    const until = performance.now() + stallMs;
    while (index === 0 && performance.now() < until);
  });
  expect(Math.min(...result.latenciesMs)).toBeGreaterThan(stallMs / 2);
});

it('keeps failed calls out of the latencies and counts them by reason', async () => {
  const result = await runPaced({ kind: 'closed', concurrency: 2, count: 10 }, async (index) => {
    if (index % 5 === 0) throw new Error('503 DATABASE_UNAVAILABLE');
    if (index % 5 === 1) throw new Error('422 NO_QUOTE');
  });
  expect(result.failures).toEqual({ '503 DATABASE_UNAVAILABLE': 2, '422 NO_QUOTE': 2 });
  expect(result.latenciesMs).toHaveLength(6);
});
