import { orSilence } from '../contracts/ask-in-time.ts';

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
    let read = await orSilence(next, SIGN_OF_LIFE_EVERY_MS);
    while (read === 'SILENT') {
      if (isServing()) yield [];
      read = await orSilence(next, SIGN_OF_LIFE_EVERY_MS);
    }
    if (read.done) return;
    yield read.value;
  }
}
