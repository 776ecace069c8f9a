import { ApplicationFailure } from '@temporalio/workflow';
import type { BrokerExecType, ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { ReplaceTerms } from '../../contracts/orders/order.ts';
import type { Replacement } from '../../contracts/orders/workflow-messages.ts';
import { parseDecimal, QUANTITY_BOUNDS } from '../../domain/money/decimal.ts';
import { TIMES_IN_FORCE } from '../../domain/orders/order.ts';

// Whoever may signal or update a workflow may send it anything, by hand too: what cannot be what it
// says it is never gets into the order's life.

const EXEC_TYPES: ReadonlySet<unknown> = new Set<BrokerExecType>([
  'NEW',
  'TRIGGERED',
  'TRADE',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'REPLACED',
]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DECIMAL_TERMS = ['quantity', 'limitPrice', 'stopPrice', 'trailPercent'] as const;

/** Those of the reports that are whole, and whether all are. */
export function readReports(sent: unknown): { reports: ExecutionReport[]; isWhole: boolean } {
  if (!Array.isArray(sent)) return { reports: [], isWhole: false };
  const reports = sent.filter(isReport);
  return { reports, isWhole: reports.length === sent.length };
}

/** Throws `VALIDATION_FAILED` unless somebody is named. */
export function assertActor(actor: unknown): void {
  if (!isText(actor)) throw malformed('Say for whom: "user/…"');
}

/** A signal cannot be rejected, and that the order is to be canceled is clear. */
export const nameOf = (actor: unknown): string => (isText(actor) ? actor : 'unknown');

/** Throws `VALIDATION_FAILED`. Whether the terms suit the order is decided on later. */
export function assertReplacement(sent: unknown): void {
  const { orderId, terms, idempotency, requestedAt } = asPartial<Replacement>(sent);
  const { timeInForce, clientOrderId, ...others } = asPartial<ReplaceTerms>(terms);
  const isWhole =
    typeof orderId === 'string' &&
    UUID.test(orderId) &&
    isObject(terms) &&
    DECIMAL_TERMS.every((term) => others[term] === undefined || isDecimal(others[term], true)) &&
    (timeInForce === undefined || TIMES_IN_FORCE.includes(timeInForce)) &&
    (clientOrderId === undefined || isText(clientOrderId)) &&
    (idempotency === null || (isText(idempotency?.key) && isText(idempotency?.fingerprint))) &&
    isTime(requestedAt);
  if (!isWhole) throw malformed('This is no replacement: use PATCH /v1/orders/{id}');
}

function isReport(sent: unknown): sent is ExecutionReport {
  const report = asPartial<ExecutionReport>(sent);
  const {
    broker,
    sequence,
    brokerExecutionId,
    brokerClientOrderId,
    execType,
    lastQuantity,
    lastPrice,
    rejectCode,
  } = report;
  const isTrade = execType === 'TRADE';
  return (
    isText(broker) &&
    Number.isSafeInteger(sequence) &&
    isText(brokerExecutionId) &&
    isText(brokerClientOrderId) &&
    EXEC_TYPES.has(execType) &&
    (isTrade ? isDecimal(lastQuantity, true) && isDecimal(lastPrice, true) : true) &&
    isDecimal(report.cumulativeQuantity) &&
    isDecimal(report.leavesQuantity) &&
    isTime(report.time) &&
    (rejectCode === null || isText(rejectCode))
  );
}

const malformed = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, 'VALIDATION_FAILED');

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const asPartial = <T>(value: unknown): Partial<T> => (isObject(value) ? (value as Partial<T>) : {});

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isTime = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));

function isDecimal(value: unknown, isPositive = false): boolean {
  const parsed = typeof value === 'string' ? parseDecimal(value, QUANTITY_BOUNDS) : null;
  return parsed?.ok === true && (isPositive ? parsed.value.gt(0) : parsed.value.gte(0));
}
