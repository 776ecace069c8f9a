import { setTimeout as sleep } from 'node:timers/promises';
import type { Order } from '../contracts/orders/order.ts';
import type { ProblemBody } from '../test/support/e2e-client.ts';
import type { ChaosTrader } from './chaos-traders.ts';
import type { PlannedOrder } from './plan-orders.ts';

/**
 * What came of a submission, as its client knows it. ACKNOWLEDGED: 202. REJECTED: an answer that is
 * final. TURNED_AWAY: 503, the last time it asked. UNANSWERED: the connection broke, the last time
 * it asked.
 */
export type Outcome =
  | { kind: 'ACKNOWLEDGED'; order: Order }
  | { kind: 'REJECTED'; status: number; code: string; orderId: string | null }
  | { kind: 'TURNED_AWAY' | 'UNANSWERED'; reason: string };

export interface Sent {
  planned: PlannedOrder;
  trader: ChaosTrader;
  key: string | null;
  attempts: number;
  outcome: Outcome;
}

const CLIENTS = 24;
const ASK_AGAIN_MS = 400;
const INSIST_MS_MAX = 90_000;
const VENUE_MS_MAX = 20_000;
const LOOK_MS = 250;
/**
 * The troubles that come to pass in any case take about as long; so long the orders last when
 * nothing holds them up.
 */
const SPREAD_MS = 60_000;

export interface Load {
  readonly sent: readonly Sent[];
  /** Answers to cancels and replacements by status. */
  readonly followUps: ReadonlyMap<string, number>;
  /** Resolves when all orders have been sent and all follow-ups asked. */
  readonly done: Promise<void>;
}

/**
 * Sends all orders from some clients at once. Only what no client could ever meet is thrown; all
 * else is noted.
 */
export function sendOrders(
  plan: readonly PlannedOrder[],
  traders: readonly ChaosTrader[],
  random: () => number,
): Load {
  const sent: Sent[] = [];
  const followUps = new Map<string, number>();
  const later: Promise<void>[] = [];
  const waiting = plan.entries();
  const thinkMs = (SPREAD_MS * CLIENTS) / plan.length;
  const client = async (): Promise<void> => {
    for (const [index, planned] of waiting) {
      const trader = traders[planned.trader];
      if (!trader) throw new RangeError(`there is no trader ${planned.trader}`);
      const key = planned.persistence === 'HAS_NO_KEY' ? null : `order-${index}`;
      const submission = await submit(trader, planned, key);
      sent.push({ planned, trader, key, ...submission });
      const { outcome } = submission;
      if (outcome.kind === 'ACKNOWLEDGED' && planned.followUp) {
        later.push(
          followUp(trader, planned, outcome.order.id).then(
            (answer) => void followUps.set(answer, (followUps.get(answer) ?? 0) + 1),
          ),
        );
      }
      if (outcome.kind === 'ACKNOWLEDGED') await waitForVenue(trader, outcome.order.id);
      await sleep(random() * 2 * thinkMs);
    }
  };
  const done = Promise.all(Array.from({ length: CLIENTS }, client)).then(() => Promise.all(later));
  return { sent, followUps, done: done.then(() => {}) };
}

/**
 * Nobody sends faster than the system works: on a crowded machine all orders would wait in line,
 * and every recovery with them.
 */
async function waitForVenue(trader: ChaosTrader, orderId: string): Promise<void> {
  const deadline = Date.now() + VENUE_MS_MAX;
  while (Date.now() < deadline) {
    await sleep(LOOK_MS);
    const answer = await trader
      .get<{ status: string }>(`/v1/orders/${orderId}/status`)
      .catch(() => null);
    if (answer?.status === 200 && answer.body.status !== 'PENDING_NEW') return;
  }
}

async function submit(
  trader: ChaosTrader,
  planned: PlannedOrder,
  key: string | null,
): Promise<Pick<Sent, 'attempts' | 'outcome'>> {
  const deadline = Date.now() + INSIST_MS_MAX;
  for (let attempts = 1; ; attempts++) {
    const outcome = await submitOnce(trader, planned, key);
    const isFinal = outcome.kind === 'ACKNOWLEDGED' || outcome.kind === 'REJECTED';
    if (isFinal || planned.persistence !== 'INSISTS' || Date.now() > deadline)
      return { attempts, outcome };
    await sleep(ASK_AGAIN_MS);
  }
}

/** One request. Throws for an answer that a client cannot understand. */
export async function submitOnce(
  trader: ChaosTrader,
  { body }: Pick<PlannedOrder, 'body'>,
  key: string | null,
): Promise<Outcome> {
  const headers: Record<string, string> = key === null ? {} : { 'Idempotency-Key': key };
  const answer = await trader
    .send<Order & ProblemBody>('POST', '/v1/orders', { body, headers })
    .catch((error: Error) => error);
  if (answer instanceof Error) return { kind: 'UNANSWERED', reason: causeOf(answer) };
  if (answer.status === 202) return { kind: 'ACKNOWLEDGED', order: answer.body };
  if (answer.status === 503) return { kind: 'TURNED_AWAY', reason: answer.body.code };
  if (answer.status >= 400 && answer.status < 500) {
    return {
      kind: 'REJECTED',
      status: answer.status,
      code: answer.body.code,
      orderId: answer.body.orderId ?? null,
    };
  }
  throw new Error(`POST /v1/orders answered ${answer.status}: ${answer.text}`);
}

async function followUp(
  trader: ChaosTrader,
  { followUp: wanted, followUpAfterMs }: PlannedOrder,
  orderId: string,
): Promise<string> {
  await sleep(followUpAfterMs);
  const answer = await (wanted?.ask === 'REPLACE'
    ? trader.send<ProblemBody>('PATCH', `/v1/orders/${orderId}`, { body: wanted.body })
    : trader.send<ProblemBody>('PUT', `/v1/orders/${orderId}/cancel`)
  ).catch((error: Error) => error);
  const said =
    answer instanceof Error
      ? 'no answer'
      : answer.status === 202
        ? '202'
        : `${answer.status} ${answer.body.code}`;
  return `${wanted?.ask.toLowerCase()}: ${said}`;
}

function causeOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
