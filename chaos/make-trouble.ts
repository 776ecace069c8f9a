import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosStack } from './chaos-stack.ts';
import type { ChaosTrader } from './chaos-traders.ts';
import { type Link, nameOf, type Trouble } from './plan-troubles.ts';
import { submitOnce } from './send-orders.ts';

export interface TroubleMade {
  name: string;
  /** Until the parts were started again, or the link was mended. */
  downMs: number;
  /**
   * From the trouble's beginning until an order that was sent after it was filled: `null` when none
   * was in time.
   */
  recoveredMs: number | null;
}

const RECOVERY_MS_MAX = 120_000;
const PROBE_MS = 100;
const FILL_MS_MAX = 20_000;

/** Makes one trouble, ends it, and waits until an order goes all the way through again. */
export async function makeTrouble(
  stack: ChaosStack,
  prober: ChaosTrader,
  trouble: Trouble,
): Promise<TroubleMade> {
  const startedAt = performance.now();
  await begin(stack, trouble);
  await sleep(trouble.downMs);
  const downMs = performance.now() - startedAt;
  await end(stack, trouble);
  const isThrough = await probe(prober, startedAt + RECOVERY_MS_MAX);
  const recoveredMs = isThrough ? performance.now() - startedAt : null;
  await sleep(trouble.pauseMs);
  return { name: nameOf(trouble), downMs, recoveredMs };
}

async function begin({ parts, links }: ChaosStack, trouble: Trouble): Promise<void> {
  switch (trouble.kind) {
    case 'KILL':
      await Promise.all(trouble.parts.map((part) => parts[part].kill('SIGKILL')));
      return;
    case 'CUT':
      return links[trouble.link].cut();
    case 'HANG':
      return links[trouble.link].hang();
  }
}

async function end({ parts, links }: ChaosStack, trouble: Trouble): Promise<void> {
  if (trouble.kind === 'KILL') await Promise.all(trouble.parts.map((part) => parts[part].start()));
  else links[trouble.link satisfies Link].mend();
}

/** Orders one share after the other until one of them is filled. */
async function probe(prober: ChaosTrader, deadline: number): Promise<boolean> {
  while (performance.now() < deadline) {
    const outcome = await submitOnce(prober, { body: PROBE_ORDER }, null);
    if (outcome.kind === 'REJECTED')
      throw new Error(`an order that shows that all is well was rejected: ${outcome.code}`);
    if (outcome.kind === 'ACKNOWLEDGED' && (await isFilled(prober, outcome.order.id))) return true;
    await sleep(PROBE_MS);
  }
  return false;
}

const PROBE_ORDER = {
  symbol: 'FB',
  side: 'BUY',
  type: 'MARKET',
  timeInForce: 'DAY',
  quantity: '1',
};

async function isFilled(prober: ChaosTrader, orderId: string): Promise<boolean> {
  const deadline = performance.now() + FILL_MS_MAX;
  while (performance.now() < deadline) {
    const answer = await prober
      .get<{ status: string }>(`/v1/orders/${orderId}/status`)
      .catch(() => null);
    if (answer?.status === 200 && answer.body.status === 'FILLED') return true;
    await sleep(PROBE_MS);
  }
  return false;
}
