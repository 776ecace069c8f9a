/** What came of asking: an answer, a failure, or nothing in time. */
export type Asked<T> = { answer: T } | 'FAILED' | 'SILENT';

export const isAnswered = <T>(asked: Asked<T>): asked is { answer: T } => typeof asked !== 'string';

export interface AskOptions {
  /** Nobody waits longer for an answer. */
  withinMs: number;
  /** Is told of what went wrong. */
  onFailed?: (error: unknown) => void;
}

/**
 * A question that never answers is put anew after so long, in case it was lost: a connection may
 * have vanished without a word.
 */
const LOST_AFTER_MS = 10_000;

/**
 * Makes a question that anybody may ask at any time. While one is under way all wait for the same,
 * also those who come after it was given up: what hangs is not asked again by each.
 */
export function askInTime<T>(
  question: () => Promise<T>,
  { withinMs, onFailed = () => {} }: AskOptions,
): () => Promise<Asked<T>> {
  let underWay: { asked: Promise<Asked<T>>; sinceMs: number } | null = null;

  const put = async (): Promise<Asked<T>> => {
    try {
      return { answer: await question() };
    } catch (error) {
      onFailed(error);
      return 'FAILED';
    }
  };

  return () => {
    const nowMs = performance.now();
    if (underWay === null || nowMs - underWay.sinceMs > LOST_AFTER_MS) {
      const mine = { asked: put(), sinceMs: nowMs };
      underWay = mine;
      void mine.asked.then(() => {
        if (underWay === mine) underWay = null;
      });
    }
    return orSilence(underWay.asked, withinMs);
  };
}

/** The answer, or `'SILENT'` when none has come in time; then it may be waited for again. */
export async function orSilence<T>(asked: Promise<T>, withinMs: number): Promise<T | 'SILENT'> {
  const { promise: silence, resolve } = Promise.withResolvers<'SILENT'>();
  const timer = setTimeout(resolve, withinMs, 'SILENT' as const);
  try {
    return await Promise.race([asked, silence]);
  } finally {
    clearTimeout(timer);
  }
}
