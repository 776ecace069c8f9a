import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createBooksMetrics } from '../adapters/telemetry/books-metrics.ts';
import { createReadGauges } from '../adapters/telemetry/read-gauges.ts';
import {
  createBrokerMetrics,
  createDependencyMetrics,
  createDiskMetrics,
  createQuoteMetrics,
} from '../adapters/telemetry/surroundings-metrics.ts';
import { createWorkflowMetrics } from '../adapters/telemetry/workflow-metrics.ts';
import type { Composition } from './compose-use-cases.ts';

interface Figures extends Pick<Composition, 'figures' | 'readiness' | 'askBrokers'> {
  /** Folders of data by what they hold. */
  dataFolders: ReadonlyMap<string, string>;
}

/** The figures that are read when they are scraped: how the system is, as this process sees it. */
export function composeMetrics(
  to: { registry: Registry; logger: Logger },
  { figures, readiness, askBrokers, dataFolders }: Figures,
): void {
  const readGauges = createReadGauges(to);
  createDependencyMetrics(to, readiness);
  createBrokerMetrics(to, askBrokers);
  createBooksMetrics(readGauges, figures.books);
  createWorkflowMetrics(readGauges, figures.workflows);
  createQuoteMetrics(readGauges, figures.readQuoteAge);
  createDiskMetrics(readGauges, dataFolders);
}
