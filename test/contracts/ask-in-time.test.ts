import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { askInTime } from '../../contracts/ask-in-time.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const never = () => new Promise<number>(() => {});

it('gives the answer, or says that there was a failure and tells of it', async () => {
  const failures: unknown[] = [];
  const options = { withinMs: 100, onFailed: (error: unknown) => void failures.push(error) };
  expect(await askInTime(async () => 7, options)()).toEqual({ answer: 7 });
  const broken = () => {
    throw new Error('broken');
  };
  expect(await askInTime(broken, options)()).toBe('FAILED');
  expect(failures).toMatchObject([{ message: 'broken' }]);
});

it('waits no longer than it may', async () => {
  const asked = askInTime(never, { withinMs: 100 })();
  let outcome: unknown = null;
  void asked.then((given) => {
    outcome = given;
  });
  await vi.advanceTimersByTimeAsync(99);
  expect(outcome).toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  expect(outcome).toBe('SILENT');
});

it('puts one question for all who ask, also after they have given up, and a new one once it has ended', async () => {
  const questions: PromiseWithResolvers<number>[] = [];
  const ask = askInTime(
    () => {
      const question = Promise.withResolvers<number>();
      questions.push(question);
      return question.promise;
    },
    { withinMs: 100 },
  );
  const first = Promise.all([ask(), ask()]);
  await vi.advanceTimersByTimeAsync(100);
  expect(await first).toEqual(['SILENT', 'SILENT']);
  const late = ask();
  expect(questions).toHaveLength(1);
  questions[0]?.resolve(7);
  expect(await late).toEqual({ answer: 7 });
  void ask();
  expect(questions).toHaveLength(2);
});

it('puts a question anew that has hung so long that it may be lost', async () => {
  const question = vi.fn(never);
  const ask = askInTime(question, { withinMs: 100 });
  void ask();
  await vi.advanceTimersByTimeAsync(10_000);
  void ask();
  expect(question).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  void ask();
  expect(question).toHaveBeenCalledTimes(2);
});
