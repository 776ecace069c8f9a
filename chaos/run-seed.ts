import { seededRandom } from '../test/support/trading-load.ts';
import type { Violation } from '../test/support/trading-violation.ts';
import { startChaosStack } from './chaos-stack.ts';
import { createOperator, createProber, createTraders } from './chaos-traders.ts';
import { checkBooks } from './check-books.ts';
import { comeToRest, type Rest } from './come-to-rest.ts';
import { makeTrouble, type TroubleMade } from './make-trouble.ts';
import { planOrders } from './plan-orders.ts';
import { PARTS, type Part, planTroubles } from './plan-troubles.ts';
import { type Sent, sendOrders } from './send-orders.ts';

export interface SeedRun {
  readonly seed: number;
  readonly orders: number;
  readonly tookMs: number;
  readonly sent: readonly Sent[];
  readonly followUps: ReadonlyMap<string, number>;
  readonly troubles: readonly TroubleMade[];
  readonly rest: Rest | null;
  /** Open breaks by kind: where the venue traded what had been given up here. */
  readonly breaks: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** Where the logs are; only kept when something does not hold. */
  readonly stateDir: string;
}

const TRADERS = 24;

/**
 * One seed: sends its orders while it makes its troubles, waits for rest and checks the books. What
 * does not hold is in the result; thrown is only what keeps the program itself from working, such
 * as a part that does not start.
 */
export async function runSeed({
  seed,
  orders,
  say,
}: {
  seed: number;
  orders: number;
  say: (line: string) => void;
}): Promise<SeedRun> {
  const startedAt = performance.now();
  const stack = await startChaosStack(seed);
  let keepFiles = true;
  try {
    const traders = await createTraders(stack, TRADERS);
    const prober = await createProber(stack);
    const operator = await createOperator(stack);
    const troublePlan = planTroubles(seed);
    const load = sendOrders(
      planOrders(orders, TRADERS, seededRandom(seed)),
      traders,
      seededRandom(seed ^ 0x2545f491),
    );
    let isSent = false;
    const sending = load.done.finally(() => {
      isSent = true;
    });
    sending.catch(() => {});
    const troubles: TroubleMade[] = [];
    const endedByThemselves = new Set<Part>();
    // All that a trouble has killed is started again when it is over.
    const noteEnded = () => {
      for (const part of PARTS)
        if (stack.parts[part].pid === undefined) endedByThemselves.add(part);
    };
    for (const [index, trouble] of [...troublePlan.mandatory, ...troublePlan.further].entries()) {
      if (isSent && index >= troublePlan.mandatory.length) break;
      const made = await makeTrouble(stack, prober, trouble);
      troubles.push(made);
      noteEnded();
      say(
        `${made.name}: down ${seconds(made.downMs)}, orders go through after ${made.recoveredMs === null ? 'never' : seconds(made.recoveredMs)}; ${load.sent.length} sent`,
      );
    }
    await sending;
    say(`all sent; ${troubles.length} troubles made`);
    const { rest, violations: restless } = await comeToRest(
      stack,
      [...traders, prober],
      operator,
    ).then(
      (rest) => ({ rest, violations: [] }),
      (error: Error) => ({
        rest: null,
        violations: [{ rule: 'all comes to rest', detail: error.message }],
      }),
    );
    noteEnded();
    const lost = troubles.filter(({ recoveredMs }) => recoveredMs === null);
    const violations = [
      ...restless,
      ...[...endedByThemselves].map((part) => ({ rule: 'no part ends by itself', detail: part })),
      ...lost.map(({ name }) => ({
        rule: 'orders go through again after a trouble',
        detail: name,
      })),
      ...(await checkBooks(stack, load.sent)),
    ];
    keepFiles = violations.length > 0;
    const breaks = await stack.hub<
      { kind: string; count: number }[]
    >`select kind, count(*)::int as count from breaks group by kind`;
    return {
      seed,
      orders,
      tookMs: performance.now() - startedAt,
      sent: load.sent,
      followUps: load.followUps,
      troubles,
      rest,
      breaks: Object.fromEntries(breaks.map(({ kind, count }) => [kind, count])),
      violations,
      stateDir: stack.stateDir,
    };
  } finally {
    await stack.stop({ keepFiles });
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
