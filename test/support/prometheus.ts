import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from '../../dev/ports.ts';
import { waitUntil } from '../../dev/wait-until.ts';

const ALERTS = fileURLToPath(new URL('../../alerts/', import.meta.url));
const READY_MS_MAX = 30_000;

export interface Prometheus {
  /** The names of the alerts that fire now. */
  firing(): Promise<string[]>;
  /** The value of an expression that has one; null when it has none. */
  ask(query: string): Promise<number | null>;
  stop(): Promise<void>;
}

/**
 * Debian's Prometheus on alerts/prometheus.yml, with the metrics of these addresses in place of
 * those of `npm start`, and two seconds in place of a quarter of a minute.
 */
export async function startPrometheus(
  metrics: Readonly<Record<number, string>>,
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-prometheus-'));
  const [port = 0] = await findFreePorts(1);
  writeFileSync(join(folder, 'prometheus.yml'), configFor(metrics));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<Error | null>((resolve) => {
    child.once('error', resolve);
    child.once('exit', () => resolve(null));
  });
  let failure: Error | null = null;
  void ended.then((error) => {
    failure = error;
  });
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return answer.ok ? answer.json() : Promise.reject(new Error(await answer.text()));
  };
  await waitUntil(
    async () => {
      if (failure) throw missing(failure);
      return ask('/api/v1/alerts').then(
        () => true,
        () => false,
      );
    },
    { timeoutMs: READY_MS_MAX, everyMs: 100, message: 'Prometheus does not start' },
  );
  return {
    async firing() {
      const { data } = (await ask('/api/v1/alerts')) as {
        data: { alerts: { state: string; labels: { alertname: string } }[] };
      };
      const firing = data.alerts.filter(({ state }) => state === 'firing');
      return [...new Set(firing.map(({ labels }) => labels.alertname))].toSorted();
    },
    async ask(query) {
      const { data } = (await ask(`/api/v1/query?query=${encodeURIComponent(query)}`)) as {
        data: { result: { value: [number, string] }[] };
      };
      const value = data.result[0]?.value[1];
      return value === undefined ? null : Number(value);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configFor(metrics: Readonly<Record<number, string>>): string {
  const moved = Object.entries(metrics).reduce(
    (text, [usual, url]) => text.replaceAll(`127.0.0.1:${usual}`, new URL(url).host),
    readFileSync(join(ALERTS, 'prometheus.yml'), 'utf8'),
  );
  return moved
    .replace(/scrape_interval: .*/, 'scrape_interval: 2s')
    .replace(/scrape_timeout: .*/, 'scrape_timeout: 2s')
    .replace(/evaluation_interval: .*/, 'evaluation_interval: 2s')
    .replace('rule_files: [hub.rules.yml]', `rule_files: [${join(ALERTS, 'hub.rules.yml')}]`);
}

const missing = (error: Error): Error =>
  'code' in error && error.code === 'ENOENT'
    ? new Error('There is no prometheus: apt-get install --no-install-recommends prometheus')
    : error;
