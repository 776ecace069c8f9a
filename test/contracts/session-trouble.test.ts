import { expect, it } from 'vitest';
import type { ReportPump } from '../../contracts/operators/backlog.ts';
import { findSessionTrouble } from '../../contracts/operators/session-trouble.ts';

const NOW_MS = Date.parse('2026-11-24T14:30:00.000Z');
const ago = (seconds: number) => new Date(NOW_MS - seconds * 1_000).toISOString();

const troubleOf = (pump: ReportPump | null, isRunning = true) =>
  findSessionTrouble('venue', { isRunning, endedAt: null, pump }, NOW_MS)?.code ?? null;
const pump = (over: Partial<ReportPump>): ReportPump => ({
  attempt: 1,
  startedAt: ago(3_600),
  heartbeatAt: ago(1),
  lastFailure: null,
  ...over,
});

it('has none while the reports are read', () => {
  expect(troubleOf(pump({}))).toBeNull();
  expect(troubleOf(pump({ startedAt: ago(1) }))).toBeNull();
});

it('tells a session that does not run from one without a worker', () => {
  expect(findSessionTrouble('venue', null, NOW_MS)).toEqual({
    broker: 'venue',
    code: 'NOT_RUNNING',
  });
  expect(troubleOf(pump({}), false)).toBe('NOT_RUNNING');
  expect(troubleOf(null)).toBe('BETWEEN_READINGS');
  expect(troubleOf(pump({ startedAt: null }))).toBe('NO_WORKER');
  expect(troubleOf(pump({ startedAt: null, lastFailure: 'TIMEOUT' }))).toBe('NO_WORKER');
});

it('names the failure of the last reading until the next one has lasted 20 s', () => {
  const failed = { attempt: 9, lastFailure: 'BrokerUnavailable' };
  expect(troubleOf(pump({ ...failed, startedAt: null }))).toBe('BrokerUnavailable');
  expect(troubleOf(pump({ ...failed, startedAt: ago(19) }))).toBe('BrokerUnavailable');
  expect(troubleOf(pump({ ...failed, startedAt: ago(20) }))).toBeNull();
  expect(troubleOf(pump({ startedAt: ago(1), lastFailure: 'TIMEOUT' }))).toBeNull();
});
