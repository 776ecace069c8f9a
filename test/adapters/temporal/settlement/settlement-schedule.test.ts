import { randomUUID } from 'node:crypto';
import { Client, Connection, ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureSettlementSchedule } from '../../../../adapters/temporal/settlement/settlement-schedule.ts';
import { SETTLEMENT_TASK_QUEUE } from '../../../../contracts/task-queues.ts';
import { ensureNamespace } from '../../../../dev/services/temporal-namespace.ts';
import { useTemporal } from '../../../support/services.ts';

/** A namespace of its own: the schedule's id is the same for all. */
let client: Client;
let connection: Connection;

beforeAll(async () => {
  const { address } = await useTemporal();
  const namespace = `schedule-${randomUUID()}`;
  await ensureNamespace(address, namespace);
  connection = await Connection.connect({ address });
  client = new Client({ connection, namespace });
});

afterAll(() => connection?.close());

const describeSchedule = () => client.schedule.getHandle('settlement-run').describe();

describe('the schedule of the daily settlement', () => {
  it('is made once by however many workers that start at once, for 06:00 in New York every day, one run at a time', async () => {
    await Promise.all([1, 2, 3].map(() => ensureSettlementSchedule(client)));
    const { spec, policies, action, info, state } = await describeSchedule();
    expect(spec.timezone).toBe('America/New_York');
    expect(policies).toMatchObject({
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: 24 * 3_600_000,
    });
    expect(action).toMatchObject({
      ...{
        type: 'startWorkflow',
        workflowType: 'settlementRun',
        workflowId: 'settlement-run',
        taskQueue: SETTLEMENT_TASK_QUEUE,
      },
    });
    expect(state.paused).toBe(false);
    const inNewYork = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/New_York',
      timeStyle: 'medium',
    });
    expect(new Set(info.nextActionTimes.map((time) => inNewYork.format(time)))).toEqual(
      new Set(['06:00:00']),
    );
    const days = info.nextActionTimes.map((time) =>
      time.toLocaleDateString('en-CA', { timeZone: 'America/New_York' }),
    );
    expect(days).toEqual([...new Set(days)]);
    expect(days.length).toBeGreaterThan(5);
  });

  it('is brought up to date by the next start, and stays paused when an operator has paused it', async () => {
    await ensureSettlementSchedule(client);
    const handle = client.schedule.getHandle('settlement-run');
    await handle.update((before) => ({
      ...before,
      spec: { calendars: [{ hour: 5 }], timezone: 'UTC' },
    }));
    await handle.pause('the house is closed');
    await ensureSettlementSchedule(client);
    const { spec, state } = await describeSchedule();
    expect(spec.timezone).toBe('America/New_York');
    expect(state).toMatchObject({ paused: true, note: 'the house is closed' });
  });
});
