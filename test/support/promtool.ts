import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RULES = fileURLToPath(new URL('../../alerts/hub.rules.yml', import.meta.url));

/** As alerts/prometheus.yml scrapes and evaluates. */
export const STEP_S = 15;
/** All is well for longer than any rule looks back. */
const CALM_S = 80 * STEP_S;
const TOOL_MS_MAX = 30_000;

/** A figure over time, in seconds since the trouble began; null: it is not there. */
export type Figure = number | ((second: number) => number | null);
export type Figures = Readonly<Record<string, Figure>>;

/** What fires, and nothing else, so many seconds after the trouble began. */
export interface Firing {
  atS: number;
  alerts: readonly string[];
}

/**
 * Has Debian's promtool evaluate our rules over figures that are `healthy` at first, and then as
 * `since` says. Throws with promtool's words unless just what is expected fires.
 */
export async function expectFiring(
  { healthy, since }: { healthy: Figures; since: Figures },
  expected: readonly Firing[],
): Promise<void> {
  const endS = Math.max(...expected.map(({ atS }) => atS));
  const names = [...new Set([...Object.keys(healthy), ...Object.keys(since)])];
  await testRules({
    rule_files: [RULES],
    evaluation_interval: `${STEP_S}s`,
    tests: [
      {
        interval: `${STEP_S}s`,
        input_series: names.map((series) => ({
          series,
          values: valuesOf([healthy[series], since[series] ?? healthy[series]], endS),
        })),
        promql_expr_test: expected.map(({ atS, alerts }) => ({
          expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: `${CALM_S + atS}s`,
          exp_samples: alerts.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
        })),
      },
    ],
  });
}

/** In promtool's notation: what is not there is stale once, as after a scrape without it. */
function valuesOf([before, since]: [Figure | undefined, Figure | undefined], endS: number): string {
  const values: string[] = [];
  for (let second = -CALM_S; second <= endS; second += STEP_S) {
    const figure = second < 0 ? before : since;
    const value = typeof figure === 'function' ? figure(second) : (figure ?? null);
    values.push(value === null ? 'stale' : String(value));
  }
  return values.join(' ');
}

/** JSON is YAML too. */
async function testRules(file: object): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-promtool-'));
  try {
    const path = join(folder, 'test.yml');
    writeFileSync(path, JSON.stringify(file));
    await runPromtool(['test', 'rules', path]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runPromtool(args: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  execFile('promtool', args, { timeout: TOOL_MS_MAX }, (error, stdout, stderr) => {
    if (error === null) resolve();
    else if (error.code === 'ENOENT')
      reject(new Error('There is no promtool: apt-get install --no-install-recommends prometheus'));
    else reject(new Error(`promtool: ${stdout}${stderr}`));
  });
  return promise;
}
