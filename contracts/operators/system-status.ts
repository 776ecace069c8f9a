import type { Timestamp } from '../decimal-string.ts';
import type { Quote } from '../market/market-data.ts';
import type {
  Backlog,
  BrokerSessionStanding,
  SettlementRuns,
  TaskQueueStanding,
} from './backlog.ts';

/**
 * How a part is, from best to worst. DEGRADED: it works, and something about it is not as it should
 * be. UNKNOWN: what knows of it does not answer. DOWN: it does not do its work.
 */
export const PART_STATUSES = ['UP', 'DEGRADED', 'UNKNOWN', 'DOWN'] as const;
export type PartStatus = (typeof PART_STATUSES)[number];

/** What is said of a part. */
export interface PartJudgement {
  status: PartStatus;
  /** Since when it has been UP, or has not been; null when that is not known. */
  since: Timestamp | null;
  /** One plain sentence. */
  detail: string;
  /** What an operator does, with the section of the runbook; null when it is UP. */
  action: string | null;
}

export interface SystemPart extends PartJudgement {
  name: string;
}

/** Every part of the system, as one API process sees it. */
export interface SystemStatus {
  /** The worst of the parts. */
  status: PartStatus;
  checkedAt: Timestamp;
  parts: SystemPart[];
}

/** Asks the parts how they are. Each call throws when nobody answers, and may hang. */
export interface SystemProbes {
  /** When the server started. */
  readPostgresStart(): Promise<Timestamp>;
  readBacklog(): Promise<Backlog>;
  /** Null: none is configured. */
  askRedis: (() => Promise<unknown>) | null;
  askTemporal(): Promise<unknown>;
  readTaskQueues(): Promise<TaskQueueStanding[]>;
  readSettlementRuns(): Promise<SettlementRuns | null>;
  readBrokerSession(broker: string): Promise<BrokerSessionStanding | null>;
  /** The newest quote; null when market data answers and has none. */
  readQuote(): Promise<Pick<Quote, 'symbol' | 'time'> | null>;
}
