/** A reader that hears nothing for several times as long knows that the venue is away. */
export const SIGN_OF_LIFE_EVERY_MS = 5_000;

/**
 * The batches of `source`, and an empty one whenever nothing was sent for 5 s: so a reader can tell
 * a quiet venue from one that hangs. None while `isServing` says no. Whoever stops listening has to
 * end the source by its signal.
 */
export async function* withSignsOfLife<T>(
  source: AsyncIterable<readonly T[]>,
  isServing: () => boolean,
): AsyncGenerator<readonly T[]> {
  const batches = source[Symbol.asyncIterator]();
  for (;;) {
    const next = batches.next();
    let read = await orSilence(next);
    while (read === null) {
      if (isServing()) yield [];
      read = await orSilence(next);
    }
    if (read.done) return;
    yield read.value;
  }
}

/** `null` when it takes too long; then it may be awaited again. */
async function orSilence<T>(read: Promise<T>): Promise<T | null> {
  const { promise: silence, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, SIGN_OF_LIFE_EVERY_MS, null);
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
}
