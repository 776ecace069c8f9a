import { createEngine, type Engine } from '../../../paper-broker/engine.ts';
import { viewOrder } from '../../../paper-broker/engine-state.ts';
import {
  isOpen,
  type LiveOrder,
  type QuoteUsage,
  type Report,
} from '../../../paper-broker/order.ts';
import { type QuoteNumbers, quote } from './orders.ts';

/** An engine with a clock of the test's own, and all that it gave to its journal. */
export interface EngineRig {
  engine: Engine;
  reports: Report[];
  orders: Map<string, LiveOrder>;
  usages: Map<string, QuoteUsage>;
  /** The orders whose water mark moved, each time by client order id. */
  marks: string[];
  clock: { nowMs: number };
}

export function createEngineRig(): EngineRig {
  const rig: Omit<EngineRig, 'engine'> = {
    reports: [],
    orders: new Map(),
    usages: new Map(),
    marks: [],
    clock: { nowMs: 1_000 },
  };
  const engine = createEngine({
    record: (order, report) => {
      rig.orders.set(order.terms.clientOrderId, order);
      rig.reports.push(report);
      return 1;
    },
    recordMark: (order) => {
      rig.marks.push(order.terms.clientOrderId);
      return 1;
    },
    recordUsage: (usage) => rig.usages.set(usage.symbol, usage),
    now: () => rig.clock.nowMs,
    quoteMaxAgeMs: 600_000,
  });
  return { engine, ...rig };
}

/** Gives the engine a newer quote, as the venue does. */
export function tell({ engine }: EngineRig, numbers: QuoteNumbers = {}): void {
  const newer = quote(numbers);
  engine.closeBefore(newer);
  if (engine.keepQuote(newer)) engine.matchSymbol(newer.symbol);
}

/** An engine that starts from what this one has made durable. */
export function restart(rig: EngineRig): EngineRig {
  const next = createEngineRig();
  next.clock.nowMs = rig.clock.nowMs;
  next.engine.restore({
    lastSequence: rig.reports.length,
    openOrders: [...rig.orders.values()].filter((order) => isOpen(order.status)).map(viewOrder),
    usages: [...rig.usages.values()],
  });
  return next;
}

export const describeReports = (reports: readonly Report[]): string[] =>
  reports.map((report) => `${report.execType}/${report.orderStatus}`);
