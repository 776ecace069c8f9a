import { statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { askInTime, isAnswered } from '../../contracts/ask-in-time.ts';
import { only, type ReadGauges } from './read-gauges.ts';

const ANSWER_MS_MAX = 1_000;

/**
 * Gauges of what the process depends on: `hub_dependency_up` is 1 for what answers within a second.
 * A call throws while its dependency is away.
 */
export function createDependencyMetrics(
  { registry, logger }: { registry: Registry; logger: Logger },
  dependencies: Readonly<Record<string, () => Promise<unknown>>>,
): void {
  const questions = Object.entries(dependencies).map(([dependency, question]) => {
    const onFailed = (error: unknown) => logger.warn({ err: error, dependency }, 'is away');
    return [dependency, askInTime(question, { withinMs: ANSWER_MS_MAX, onFailed })] as const;
  });
  new Gauge({
    name: 'hub_dependency_up',
    help: '1 when what the API depends on answers within a second',
    labelNames: ['dependency'],
    registers: [registry],
    async collect() {
      const answers = questions.map(async ([dependency, ask]) =>
        this.set({ dependency }, isAnswered(await ask()) ? 1 : 0),
      );
      await Promise.all(answers);
    },
  });
}

/** The age of the newest quote in seconds; `read` answers null while no market is open. */
export const createQuoteMetrics = (
  readGauges: ReadGauges,
  read: () => Promise<number | null>,
): void =>
  readGauges('quotes', read)(
    {
      name: 'hub_quote_age_seconds',
      help: 'Age of the newest quote while the market is open',
    },
    only,
  );

/**
 * How much is free on the disks under folders, by the name of what they hold. One that the process
 * may not look into is left out.
 */
export function createDiskMetrics(
  readGauges: ReadGauges,
  folders: ReadonlyMap<string, string>,
): void {
  const readDisks = async () =>
    Promise.all(
      [...folders].map(async ([data, folder]) => ({
        data,
        disk: await statfs(folder).catch(() => null),
      })),
    );
  const addGauge = readGauges('disks', readDisks);
  const LABELS = { labelNames: ['data'] as const };
  addGauge(
    { ...LABELS, name: 'hub_disk_free_bytes', help: 'Free on the disk under data of ours' },
    (disks) =>
      disks.flatMap(({ data, disk }) =>
        disk ? [{ labels: { data }, value: disk.bavail * disk.bsize }] : [],
      ),
  );
  addGauge(
    { ...LABELS, name: 'hub_disk_size_bytes', help: 'Size of the disk under data of ours' },
    (disks) =>
      disks.flatMap(({ data, disk }) =>
        disk ? [{ labels: { data }, value: disk.blocks * disk.bsize }] : [],
      ),
  );
}
