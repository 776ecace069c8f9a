import { createPoster, type JsonAnswer, type JsonTarget } from './post-json.ts';

const CONNECTIONS = 30;

/**
 * Answers that an order of a flood may have: accepted, rejected, one too many, or the flood is too
 * much for the machine.
 */
const EXPECTED: readonly number[] = [202, 422, 429, 503];
/** While others attack as well a flood may also be too slow itself. */
const EXPECTED_AMONG_OTHERS: readonly number[] = [...EXPECTED, 408];

/** Sends `count` orders of these terms as fast as 30 connections take them. */
export async function sendOrders(
  target: JsonTarget,
  terms: object,
  count: number,
  signal: AbortSignal,
  expected = EXPECTED,
): Promise<JsonAnswer[]> {
  const { post, close } = createPoster(target, CONNECTIONS);
  const token = await target.token();
  const answers: JsonAnswer[] = [];
  let sent = 0;
  const send = async (): Promise<void> => {
    while (!signal.aborted && sent < count) {
      sent += 1;
      const answer = await post('/v1/orders', terms, token);
      if (!expected.includes(answer.status))
        throw new Error(`an order was answered ${answer.status} ${answer.code}`);
      answers.push(answer);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, send));
  } finally {
    close();
  }
  return answers;
}

/** A customer who sends orders without end that can only be rejected. */
export const rejectedOrders = {
  name: 'rejected orders',
  async run(target: JsonTarget, signal: AbortSignal): Promise<void> {
    const terms = {
      symbol: 'ZZZZ',
      side: 'BUY',
      type: 'MARKET',
      timeInForce: 'DAY',
      quantity: '1',
    };
    while (!signal.aborted) await sendOrders(target, terms, 1_000, signal, EXPECTED_AMONG_OTHERS);
  },
};
