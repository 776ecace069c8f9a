import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Backlog } from '../../../contracts/operators/backlog.ts';
import type { SystemProbes } from '../../../contracts/operators/system-status.ts';
import { TASK_QUEUES } from '../../../contracts/task-queues.ts';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { createSystemLook, readSystem } from '../../../use-cases/operators/look-at-system.ts';

const NOW = '2026-11-24T14:30:00.000Z';
const BACKLOG: Backlog = {
  ordersSuspended: 0,
  oldestSuspendedAt: null,
  ordersUnacknowledged: 0,
  oldestUnacknowledgedSeconds: 0,
  breaksOpen: 0,
  oldestBreakAt: null,
  settlementsInRepair: 0,
  settlementsOverdue: 0,
  sessions: [
    {
      broker: 'second',
      lastSequence: 7,
      takenInAt: '2026-11-24T14:29:00.000Z',
      heardAgeSeconds: 4,
    },
  ],
};

const never = () => new Promise<never>(() => {});
const away = () => Promise.reject(new Error('away'));

const WELL: SystemProbes = {
  readPostgresStart: async () => NOW,
  readBacklog: async () => BACKLOG,
  askRedis: async () => 'PONG',
  askTemporal: async () => {},
  readTaskQueues: async () =>
    TASK_QUEUES.map((taskQueue) => ({
      taskQueue,
      backlogAgeSeconds: 0,
      routes: [{ version: 'unversioned', role: 'current', pollers: 1 }],
    })),
  readSettlementRuns: async () => ({ isPaused: false, lastRun: null }),
  readBrokerSession: async () => ({
    isRunning: true,
    endedAt: null,
    pump: { attempt: 1, startedAt: NOW, heartbeatAt: NOW, lastFailure: null },
  }),
  readQuote: async () => ({ symbol: 'AAPL', time: NOW }),
};

beforeEach(() => vi.useFakeTimers({ now: Date.parse(NOW) }));
afterEach(() => vi.useRealTimers());

/** A look over probes that may be changed between two looks. */
function lookAt(over: Partial<SystemProbes> = {}, brokers = ['paper-broker', 'second']) {
  const probes = { ...WELL, ...over };
  const passOn: SystemProbes = {
    ...probes,
    askTemporal: () => probes.askTemporal(),
    readPostgresStart: () => probes.readPostgresStart(),
  };
  const lookAtSystem = createSystemLook({
    probes: passOn,
    brokers,
    calendar: alwaysOpenCalendar,
    clock: Date.now,
    logger: pino({ level: 'silent' }),
  });
  return { probes, look: () => readSystem({ lookAtSystem }) };
}

const partsOf = (system: Awaited<ReturnType<ReturnType<typeof lookAt>['look']>>) =>
  Object.fromEntries(system.parts.map(({ name, ...part }) => [name, part]));

it('names every part, and is UP when all are', async () => {
  const system = await lookAt().look();
  expect(system).toMatchObject({ status: 'UP', checkedAt: NOW });
  expect(system.parts.map(({ name }) => name)).toEqual([
    ...['postgres', 'temporal', 'redis', 'market-data'],
    ...['broker-session/paper-broker', 'broker-session/second'],
    ...['workers/orders', 'workers/broker-session', 'workers/settlement', 'workers/operations'],
    ...['settlement', 'breaks', 'orders/suspended', 'orders/unconfirmed'],
  ]);
  const parts = partsOf(system);
  expect(parts['broker-session/second']?.detail).toContain('last report 60 s ago');
  expect(parts['broker-session/paper-broker']?.detail).toContain('no report is known');
});

it('is as bad as its worst part', async () => {
  const statusWith = async (over: Partial<SystemProbes>) => (await lookAt(over).look()).status;
  const breaks = async () => ({ ...BACKLOG, breaksOpen: 1, oldestBreakAt: NOW });
  expect(await statusWith({ readBacklog: breaks })).toBe('DEGRADED');
  expect(await statusWith({ readBacklog: breaks, readTaskQueues: away })).toBe('UNKNOWN');
  expect(await statusWith({ readBacklog: breaks, readTaskQueues: away, askRedis: away })).toBe(
    'DOWN',
  );
});

it('waits 2 s for all that hang together, and tells the others as they are', async () => {
  const { look } = lookAt({
    readPostgresStart: never,
    readBacklog: never,
    readTaskQueues: never,
    readBrokerSession: (broker) => (broker === 'second' ? never() : WELL.readBrokerSession(broker)),
  });
  const looking = look();
  let isThere = false;
  void looking.then(() => {
    isThere = true;
  });
  await vi.advanceTimersByTimeAsync(1_999);
  expect(isThere).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isThere).toBe(true);
  const parts = partsOf(await looking);
  expect(parts.postgres?.status).toBe('DOWN');
  expect(parts.breaks?.status).toBe('UNKNOWN');
  expect(parts['workers/orders']?.status).toBe('UNKNOWN');
  expect(parts['broker-session/second']?.status).toBe('UNKNOWN');
  expect(parts['broker-session/paper-broker']?.status).toBe('UP');
  expect(parts.temporal?.status).toBe('UP');
});

it('asks once for all who look within a second', async () => {
  const readTaskQueues = vi.fn(WELL.readTaskQueues);
  const { look } = lookAt({ readTaskQueues });
  const [first, ...others] = await Promise.all(Array.from({ length: 100 }, look));
  expect(others.every((other) => other === first)).toBe(true);
  await vi.advanceTimersByTimeAsync(999);
  expect(await look()).toBe(first);
  expect(readTaskQueues).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await look()).not.toBe(first);
  expect(readTaskQueues).toHaveBeenCalledTimes(2);
});

it('remembers since when a part has not been UP, and since when it is again', async () => {
  const { probes, look } = lookAt();
  const sinceOf = async (name: string) => {
    await vi.advanceTimersByTimeAsync(10_000);
    return partsOf(await look())[name]?.since;
  };
  expect(await sinceOf('temporal')).toBeNull();
  probes.askTemporal = away;
  expect(await sinceOf('temporal')).toBe('2026-11-24T14:30:20.000Z');
  expect(await sinceOf('temporal')).toBe('2026-11-24T14:30:20.000Z');
  probes.askTemporal = WELL.askTemporal;
  expect(await sinceOf('temporal')).toBe('2026-11-24T14:30:40.000Z');
  expect(await sinceOf('postgres')).toBe(NOW);
});

it('takes a market whose days are not known for closed', async () => {
  const lookAtSystem = createSystemLook({
    probes: { ...WELL, readQuote: async () => ({ symbol: 'AAPL', time: '2020-01-01T00:00:00Z' }) },
    brokers: [],
    calendar: {
      sessionAt: () => {
        throw new RangeError('not known');
      },
    },
    clock: Date.now,
    logger: pino({ level: 'silent' }),
  });
  expect(partsOf(await lookAtSystem())['market-data']?.status).toBe('UP');
});
