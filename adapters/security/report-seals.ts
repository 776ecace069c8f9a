import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { ReportSeals } from '../../contracts/broker-session/report-seals.ts';
import { readSecretKey } from './secret-key.ts';

/**
 * Of what is sealed, and in which order its fields stand: the seal of another meaning never fits.
 */
const SEALED_AS = 'hub-execution-report-1';

/**
 * HMAC-SHA256 (RFC 2104) over an order's id and every field of a report. Seals with the first
 * secret and believes all of them, so that a secret can be changed while reports are under way.
 */
export function createReportSeals(
  secrets: readonly [current: string, ...previous: string[]],
): ReportSeals {
  const [current, ...previous] = [
    readSecretKey(secrets[0]),
    ...secrets.slice(1).map(readSecretKey),
  ] as const;
  return {
    seal: (orderId, report) => ({
      ...report,
      seal: digest(current, orderId, report).toString('base64url'),
    }),
    isIntact(orderId, { seal, ...report }) {
      // It may come from anybody: it need not even be a text.
      if (typeof seal !== 'string') return false;
      const presented = Buffer.from(seal, 'base64url');
      return [current, ...previous].some((key) => isSame(presented, digest(key, orderId, report)));
    },
  };
}

function digest(key: Uint8Array, orderId: string | null, report: ExecutionReport): Buffer {
  const { broker, sequence, brokerExecutionId, brokerClientOrderId, execType } = report;
  const { lastQuantity, lastPrice, cumulativeQuantity, leavesQuantity } = report;
  const { time, rejectCode, inAnswer, trigger } = report;
  const fields = [
    ...[SEALED_AS, orderId, broker, sequence, brokerExecutionId, brokerClientOrderId, execType],
    ...[lastQuantity, lastPrice, cumulativeQuantity, leavesQuantity],
    ...[time, rejectCode, inAnswer],
    trigger ? [trigger.stopPrice, trigger.waterMark] : null,
  ];
  return createHmac('sha256', key).update(JSON.stringify(fields)).digest();
}

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
