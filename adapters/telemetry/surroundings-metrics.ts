import { statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { askInTime, isAnswered } from '../../contracts/ask-in-time.ts';
import { only, type ReadGauges } from './read-gauges.ts';

const ANSWER_MS_MAX = 1_000;

interface To {
  registry: Registry;
  logger: Logger;
}

/** Each throws while who is asked is away. */
type Questions = Readonly<Record<string, () => Promise<unknown>>>;

/** `hub_dependency_up`: whether what the process depends on answers within a second. */
export const createDependencyMetrics = (to: To, dependencies: Questions): void =>
  createAnswerGauge(to, dependencies, {
    name: 'hub_dependency_up',
    help: '1 when what the API depends on answers within a second',
    label: 'dependency',
  });

/** `hub_broker_answers`: whether calls to a broker are answered, whatever its reports do. */
export const createBrokerMetrics = (to: To, brokers: Questions): void =>
  createAnswerGauge(to, brokers, {
    name: 'hub_broker_answers',
    help: '1 when a broker answers a call within a second',
    label: 'broker',
  });

function createAnswerGauge(
  { registry, logger }: To,
  questions: Questions,
  { name, help, label }: { name: string; help: string; label: string },
): void {
  const asked = Object.entries(questions).map(([who, question]) => {
    const onFailed = (error: unknown) => logger.warn({ err: error, [label]: who }, 'is away');
    return [who, askInTime(question, { withinMs: ANSWER_MS_MAX, onFailed })] as const;
  });
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const answers = asked.map(async ([who, ask]) =>
        this.set({ [label]: who }, isAnswered(await ask()) ? 1 : 0),
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
