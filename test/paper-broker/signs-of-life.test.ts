import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SIGN_OF_LIFE_EVERY_MS, withSignsOfLife } from '../../paper-broker/signs-of-life.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Reads a source that tells each batch when the case says so. */
function listen(isServing = () => true) {
  const heard: (readonly number[])[] = [];
  const told: ((result: IteratorResult<readonly number[]>) => void)[] = [];
  const source: AsyncIterable<readonly number[]> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise((resolve) => void told.push(resolve)),
    }),
  };
  const ended = (async () => {
    for await (const batch of withSignsOfLife(source, isServing)) heard.push(batch);
  })();
  const tell = async (batch: readonly number[]) => {
    told.shift()?.({ done: false, value: batch });
    await vi.advanceTimersByTimeAsync(0);
  };
  const end = () => told.shift()?.({ done: true, value: undefined });
  return { heard, tell, end, ended, pending: () => told.length };
}

it('passes on what is told, and says nothing more while something is', async () => {
  const { heard, tell } = listen();
  await vi.advanceTimersByTimeAsync(SIGN_OF_LIFE_EVERY_MS - 1);
  await tell([1, 2]);
  await vi.advanceTimersByTimeAsync(SIGN_OF_LIFE_EVERY_MS - 1);
  await tell([3]);
  expect(heard).toEqual([[1, 2], [3]]);
});

it('says that it lives every five seconds of silence, and loses nothing by it', async () => {
  const { heard, tell, end, ended, pending } = listen();
  await vi.advanceTimersByTimeAsync(2 * SIGN_OF_LIFE_EVERY_MS);
  expect(heard).toEqual([[], []]);
  expect(pending()).toBe(1);
  await tell([1]);
  expect(heard).toEqual([[], [], [1]]);
  end();
  await ended;
});

it('says nothing while it does not serve', async () => {
  let isServing = false;
  const { heard } = listen(() => isServing);
  await vi.advanceTimersByTimeAsync(3 * SIGN_OF_LIFE_EVERY_MS);
  expect(heard).toEqual([]);
  isServing = true;
  await vi.advanceTimersByTimeAsync(SIGN_OF_LIFE_EVERY_MS);
  expect(heard).toEqual([[]]);
});
