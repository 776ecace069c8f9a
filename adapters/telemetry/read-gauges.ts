import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { askInTime, isAnswered } from '../../contracts/ask-in-time.ts';

/** A scrape must not wait for what hangs. */
const READ_MS_MAX = 1_000;

export interface Sample<L extends string> {
  labels?: Partial<Record<L, string>>;
  value: number;
}

interface GaugeNames<L extends string> {
  name: string;
  help: string;
  labelNames?: readonly L[];
}

/** Adds a gauge to those that one reading fills. */
export type AddGauge<T> = <L extends string>(
  names: GaugeNames<L>,
  samples: (answer: T) => Sample<L>[],
) => void;

/**
 * Makes gauges that are read elsewhere when they are scraped. What one reading fills is read once
 * for a scrape, and once for all scrapes while it hangs. What cannot be read within a second is not
 * there: no figure is shown that is not of now, and `hub_reading_up` of that reading is 0.
 */
export function createReadGauges({ registry, logger }: { registry: Registry; logger: Logger }) {
  const readings = new Map<string, () => Promise<boolean>>();

  new Gauge({
    name: 'hub_reading_up',
    help: '1 when what figures are read from answers within a second; its figures are missing else',
    labelNames: ['reading'],
    registers: [registry],
    async collect() {
      const isUp = [...readings].map(async ([reading, ask]) => {
        this.set({ reading }, (await ask()) ? 1 : 0);
      });
      await Promise.all(isUp);
    },
  });

  return function readGauges<T>(reading: string, read: () => Promise<T>): AddGauge<T> {
    const onFailed = (error: unknown) =>
      logger.warn({ err: error, reading }, 'could not be read for the metrics');
    const ask = askInTime(read, { withinMs: READ_MS_MAX, onFailed });
    readings.set(reading, async () => isAnswered(await ask()));
    return (names, samples) => {
      new Gauge({
        ...names,
        registers: [registry],
        async collect() {
          const asked = await ask();
          this.reset();
          // Without labels a reset leaves a 0.
          if (names.labelNames === undefined) this.remove();
          if (!isAnswered(asked)) return;
          for (const { labels = {}, value } of samples(asked.answer)) this.set(labels, value);
        },
      });
    };
  };
}

export type ReadGauges = ReturnType<typeof createReadGauges>;

/** The one sample of a gauge without labels. */
export const only = (value: number | null): Sample<never>[] => (value === null ? [] : [{ value }]);
