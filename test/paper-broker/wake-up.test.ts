import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWakeUp } from '../../paper-broker/wake-up.ts';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

it('keeps one timer, for the earliest time asked for', () => {
  const onDue = vi.fn();
  const wakeUp = createWakeUp({ now: Date.now, onDue });
  for (const timeMs of [500, 200, 900, null]) wakeUp.at(timeMs);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(199);
  expect(onDue).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onDue).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

it('waits for a time beyond the longest timer', () => {
  const onDue = vi.fn(() => wakeUp.at(Date.now() < 60 * DAY_MS ? 60 * DAY_MS : null));
  const wakeUp = createWakeUp({ now: Date.now, onDue });
  wakeUp.at(60 * DAY_MS);
  vi.advanceTimersByTime(DAY_MS);
  expect(onDue).not.toHaveBeenCalled();
  vi.advanceTimersByTime(59 * DAY_MS);
  expect(onDue.mock.calls.length).toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});

it('calls nothing once it was canceled', () => {
  const onDue = vi.fn();
  const wakeUp = createWakeUp({ now: Date.now, onDue });
  wakeUp.at(10);
  wakeUp.cancel();
  vi.advanceTimersByTime(100);
  expect(onDue).not.toHaveBeenCalled();
});
