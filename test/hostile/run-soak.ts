import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LoadResult, runPaced } from '../../bench/paced-load.ts';
import { summarize } from '../../bench/statistics.ts';
import { createFundedAccounts } from '../support/accounts.ts';
import { type OwnE2eStack, startE2eStack } from '../support/e2e-stack.ts';
import { DEFAULT_LIMITS } from '../support/raised-limits.ts';
import type { Attack } from './attack.ts';
import { createHonestTraders } from './honest-traders.ts';
import { hostileClients } from './hostile-clients.ts';
import type { SoakOptions } from './soak-options.ts';
import { aboveBaseline, countOf, gaugesOf, memoryOf, PROCESSES, pidsOf } from './watch-stack.ts';

const ATTACK = fileURLToPath(new URL('./attack.ts', import.meta.url));
/** How long the hostile clients may take to let go. */
const STOP_MS = 10_000;
const REPORT_MS = 10_000;
const WARM_UP_ORDERS = 100;
const BASELINE_MS = 30_000;
const POLL_MS = 1_000;
/** Pools of callers that are honest breathe by that much. */
const GAUGE_TOLERANCE = 45;
/** What Node's heap may keep of its own after the load. */
const MEMORY_TOLERANCE_MIB = 250;

type Say = (line: string) => void;

/** Runs all hostile clients at once beside honest orders; resolves with what was wrong. */
export async function runSoak(options: SoakOptions, say: Say): Promise<string[]> {
  const e2e = await startE2eStack({ env: { api: DEFAULT_LIMITS, workers: DEFAULT_LIMITS } });
  try {
    return await soak(e2e, options, say);
  } finally {
    await e2e.stop();
  }
}

async function soak(
  e2e: OwnE2eStack,
  { minutes, seed, ordersPerSecond }: SoakOptions,
  say: Say,
): Promise<string[]> {
  const traders = await createHonestTraders(e2e);
  const sendOrders = (count: number): Promise<LoadResult> =>
    runPaced({ kind: 'open', ratePerSecond: ordersPerSecond, count }, traders.order);
  const quiet = await sendOrders(WARM_UP_ORDERS);
  say(`without hostile clients: ${describeLoad(quiet)}`);
  const before = { pids: pidsOf(e2e), gauges: await gaugesOf(e2e), memory: memoryOf(e2e) };
  say(`before: RSS MiB ${JSON.stringify(before.memory)}, ${JSON.stringify(before.gauges)}`);

  const wrong: string[] = [];
  const accounts = await createFundedAccounts(e2e.hub, hostileClients(seed).length, {
    cash: '0.00',
  });
  const customers = accounts.map(({ email, password }) => ({ email, password }));
  const attack = startAttack({ ports: e2e.stack.ports, seed, customers }, wrong);
  const report = setInterval(() => say(`RSS MiB ${JSON.stringify(memoryOf(e2e))}`), REPORT_MS);
  const honest = await sendOrders(Math.ceil(minutes * 60 * ordersPerSecond));
  clearInterval(report);
  await attack.stop();
  traders.close();

  say(`beside hostile clients: ${describeLoad(honest)}`);
  for (const [reason, count] of Object.entries(countByWords(honest.failures)))
    wrong.unshift(`${count} honest orders: ${reason}`);
  const pids = pidsOf(e2e);
  for (const name of PROCESSES)
    if (pids[name] !== before.pids[name]) wrong.push(`the process ${name} has ended`);
  for (const name of PROCESSES) {
    const escaped =
      pids[name] === undefined ? 0 : await countOf(e2e, name, 'http_server_escaped_errors_total');
    if (escaped > 0) wrong.push(`${escaped} errors escaped their handlers in ${name}`);
  }
  return [...wrong, ...(await awaitBaseline(e2e, before, say))];
}

/** Starts the hostile clients; what they find wrong is added to `wrong`. */
function startAttack(attack: Attack, wrong: string[]): { stop(): Promise<void> } {
  // In a session of its own: see there.
  const child = fork(ATTACK, { detached: true });
  const exited = once(child, 'exit');
  child.on('message', (line) => wrong.push(String(line)));
  child.send(attack);
  return {
    async stop() {
      child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

interface Baseline {
  gauges: Awaited<ReturnType<typeof gaugesOf>>;
  memory: ReturnType<typeof memoryOf>;
}

async function awaitBaseline(e2e: OwnE2eStack, before: Baseline, say: Say): Promise<string[]> {
  const endedAt = performance.now();
  let above = aboveBaseline(before.gauges, await gaugesOf(e2e), GAUGE_TOLERANCE);
  while (above.length > 0 && performance.now() - endedAt < BASELINE_MS) {
    await sleep(POLL_MS);
    above = aboveBaseline(before.gauges, await gaugesOf(e2e), GAUGE_TOLERANCE);
  }
  say(
    `gauges after ${Math.round((performance.now() - endedAt) / 1000)} s: ${JSON.stringify(await gaugesOf(e2e))}`,
  );
  await sleep(Math.max(0, BASELINE_MS - (performance.now() - endedAt)));
  const memory = memoryOf(e2e);
  say(`after ${BASELINE_MS / 1000} s of peace: RSS MiB ${JSON.stringify(memory)}`);
  const grown = PROCESSES.filter(
    (name) => memory[name] > before.memory[name] + MEMORY_TOLERANCE_MIB,
  );
  return [
    ...above,
    ...grown.map((name) => `${name} keeps ${memory[name]} MiB, at first ${before.memory[name]}`),
  ];
}

/** Failures with the ids in them left out, so that the same ones are counted together. */
function countByWords(failures: Readonly<Record<string, number>>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [reason, count] of Object.entries(failures)) {
    const words = reason.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id');
    counts[words] = (counts[words] ?? 0) + count;
  }
  return counts;
}

function describeLoad({ latenciesMs, failures }: LoadResult): string {
  const summary = summarize(latenciesMs);
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const times =
    summary &&
    `p50 ${summary.p50.toFixed(1)} ms, p95 ${summary.p95.toFixed(1)} ms, p99 ${summary.p99.toFixed(1)} ms`;
  return `${latenciesMs.length} orders accepted, ${times}; ${failed} not answered or answered wrongly`;
}
