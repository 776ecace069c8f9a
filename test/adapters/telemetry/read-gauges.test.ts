import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createReadGauges, only } from '../../../adapters/telemetry/read-gauges.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Two gauges of one reading; what it does is the case's. */
function twoGauges(read: () => Promise<number>) {
  const registry = new Registry();
  const addGauge = createReadGauges({ registry, logger: pino({ enabled: false }) })('some', read);
  addGauge({ name: 'one', help: 'without labels' }, only);
  addGauge({ name: 'other', help: 'with one', labelNames: ['kind'] }, (value) => [
    { labels: { kind: 'a' }, value: value + 1 },
  ]);
  return {
    async scrape(): Promise<string[]> {
      const text = registry.metrics();
      await vi.advanceTimersByTimeAsync(1_000);
      return (await text).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    },
  };
}

it('reads once for all gauges of a scrape, and anew for the next', async () => {
  const read = vi.fn(async () => read.mock.calls.length);
  const { scrape } = twoGauges(read);
  expect(await scrape()).toEqual([
    'hub_reading_up{reading="some"} 1',
    'one 1',
    'other{kind="a"} 2',
  ]);
  expect(await scrape()).toEqual([
    'hub_reading_up{reading="some"} 1',
    'one 2',
    'other{kind="a"} 3',
  ]);
});

it('shows nothing of what could be read before and cannot now', async () => {
  let isAway = false;
  const { scrape } = twoGauges(async () => (isAway ? Promise.reject(new Error('away')) : 7));
  expect(await scrape()).toHaveLength(3);
  isAway = true;
  expect(await scrape()).toEqual(['hub_reading_up{reading="some"} 0']);
  isAway = false;
  expect(await scrape()).toHaveLength(3);
});

it('leaves one call behind, however often it is scraped while that hangs', async () => {
  const read = vi.fn(() => new Promise<number>(() => {}));
  const { scrape } = twoGauges(read);
  for (let scrapes = 0; scrapes < 8; scrapes += 1)
    expect(await scrape()).toEqual(['hub_reading_up{reading="some"} 0']);
  expect(read).toHaveBeenCalledTimes(1);
});

it('shows the value again as soon as what hung answers', async () => {
  const hung = Promise.withResolvers<number>();
  const { scrape } = twoGauges(() => hung.promise);
  await scrape();
  hung.resolve(7);
  expect(await scrape()).toContain('one 7');
});
