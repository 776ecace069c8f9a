import { expect, it } from 'vitest';
import { sumOfSamples } from '../../bench/worker-metrics.ts';

const TEXT = `# HELP temporal_sticky_cache_miss misses
# TYPE temporal_sticky_cache_miss counter
temporal_sticky_cache_miss{task_queue="orders"} 7
temporal_sticky_cache_miss{task_queue="settlement"} 2
temporal_sticky_cache_miss_other{task_queue="orders"} 100
plain 1.5
`;

it('adds up the samples of one metric over all its labels, and of no other', () => {
  expect(sumOfSamples(TEXT, 'temporal_sticky_cache_miss')).toBe(9);
  expect(sumOfSamples(TEXT, 'plain')).toBe(1.5);
});

it('reads a metric that has no sample yet as 0', () => {
  expect(sumOfSamples(TEXT, 'temporal_sticky_cache_hit')).toBe(0);
});
