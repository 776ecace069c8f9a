import type { BenchContext } from './bench-context.ts';
import { type CallFigures, runCalls } from './call-run.ts';
import type { Plan } from './plan.ts';

const CLIENTS = 100;
const JOB_TIMEOUT_MS = 60_000;

const SUMMARY = { name: 'portfolio summary', path: '/v1/portfolio/summary' };
const QUOTE = { name: 'cached quote', path: '/v1/market-data?symbols=AAPL' };

export interface ReadPart {
  readonly summaryAt100: CallFigures;
  readonly summaryAt100PerSecond: CallFigures;
  readonly quoteAt1: CallFigures;
  readonly quoteAt100: CallFigures;
  readonly quoteAt100PerSecond: CallFigures;
}

/**
 * Reads by one client, by 100 clients that never pause (as many as the machine takes), and by 100
 * clients that ask once a second each, which is what people looking at a page do.
 */
export async function runReads(context: BenchContext, plan: Plan): Promise<ReadPart> {
  const tokens = await context.signTokens();
  const baseUrl = context.stack.urls.api;
  const closed = ({ name, path }: typeof QUOTE, concurrency: number, count: number) =>
    runCalls(
      context,
      `${name}, ${concurrency} at once`,
      { kind: 'closed', concurrency, count },
      (pace) => context.load.run('get', { baseUrl, tokens, path, pace }, JOB_TIMEOUT_MS),
    );
  const open = ({ name, path }: typeof QUOTE) =>
    runCalls(
      context,
      `${name}, ${CLIENTS} a second`,
      { kind: 'open', ratePerSecond: CLIENTS, count: CLIENTS * plan.reads.steadySeconds },
      (pace) => context.load.run('get', { baseUrl, tokens, path, pace }, JOB_TIMEOUT_MS),
    );
  for (const read of [SUMMARY, QUOTE]) await closed(read, CLIENTS, plan.reads.single);
  return {
    summaryAt100: await closed(SUMMARY, CLIENTS, plan.reads.crowd),
    summaryAt100PerSecond: await open(SUMMARY),
    quoteAt1: await closed(QUOTE, 1, plan.reads.single),
    quoteAt100: await closed(QUOTE, CLIENTS, plan.reads.crowd),
    quoteAt100PerSecond: await open(QUOTE),
  };
}
