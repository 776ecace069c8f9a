import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import { ClearingUnavailable } from '../../../contracts/settlement/clearing.ts';
import type { SettlementCursor } from '../../../contracts/settlement/settlement.ts';
import type { UnsettledInstruction } from '../../../contracts/settlement/settlement-store.ts';
import { xnysCalendar } from '../../../domain/market/xnys.ts';
import { bind } from '../../../use-cases/bind.ts';
import { openRun } from '../../../use-cases/settlement/open-run.ts';
import { CHUNK_SIZE_MAX } from '../../../use-cases/settlement/settle-chunk.ts';
import { settlementSteps } from '../../../use-cases/settlement/settlement-use-cases.ts';
import {
  createClearingMemory,
  createRepairsMemory,
  createSettlementMemory,
  dueInstruction,
} from '../../support/settlement-memory.ts';

const opened = { asOfDate: '2026-11-24', runId: 'run', auditAfter: 0 };

function rigOf(instructions: readonly UnsettledInstruction[]) {
  const memory = createSettlementMemory(instructions);
  const { clearing, house } = createClearingMemory();
  const { workflows, started } = createRepairsMemory();
  const deps = {
    settlements: memory.store,
    workflows,
    clearing,
    calendar: xnysCalendar,
    clock: () => Date.parse('2026-11-24T11:00:00Z'),
  };
  return { ...memory, house, started, steps: bind(deps, settlementSteps) };
}

describe('a chunk', () => {
  it('settles what is due and nothing that is not, at the clearing house and in the books', async () => {
    const [due, later] = [
      dueInstruction({ side: 'SELL', cash: '12.50' }),
      dueInstruction({ settlementDate: '2026-11-25' }),
    ];
    const { steps, kept, house } = rigOf([due, later]);
    expect(await steps.settleChunk({ opened, cursor: null })).toEqual({
      ...{ settled: 1, inRepair: 0, cashPaid: '0.00', cashReceived: '12.50', isLast: true },
      cursor: { settlementDate: '2026-11-24', accountId: 'a' },
    });
    expect(kept.map(({ status }) => status)).toEqual(['SETTLED', 'PENDING']);
    expect(house.calls).toEqual([[due.brokerExecutionId]]);
  });

  it('asks nobody when nothing is due', async () => {
    const { steps, house } = rigOf([]);
    expect(await steps.settleChunk({ opened, cursor: null })).toMatchObject({
      settled: 0,
      isLast: true,
      cursor: null,
    });
    expect(house.calls).toEqual([]);
  });

  it('gives what the clearing house rejects a workflow of its own, and settles the others', async () => {
    const [fine, rejected] = [dueInstruction(), dueInstruction()];
    const { steps, kept, house, started } = rigOf([fine, rejected]);
    house.rejects.set(rejected.brokerExecutionId, 'DOES_NOT_MATCH');
    expect(await steps.settleChunk({ opened, cursor: null })).toMatchObject({
      settled: 1,
      inRepair: 1,
      cashPaid: '10.00',
    });
    expect(kept.map(({ status }) => status)).toEqual(['SETTLED', 'IN_REPAIR']);
    expect(started).toEqual([
      expect.objectContaining({ executionId: rejected.executionId, reason: 'DOES_NOT_MATCH' }),
    ]);
  });

  it('fails whole when the clearing house is away, and puts nothing into repair for that', async () => {
    const { steps, kept, house, started } = rigOf([dueInstruction(), dueInstruction()]);
    house.isAway = true;
    await expect(steps.settleChunk({ opened, cursor: null })).rejects.toThrow(ClearingUnavailable);
    expect(kept.map(({ status }) => status)).toEqual(['PENDING', 'PENDING']);
    expect(started).toEqual([]);
  });

  it('settles at the house of each broker, and what one answers is kept though another is away', async () => {
    const [ours, theirs] = [dueInstruction(), dueInstruction({ broker: 'second' })];
    const { steps, kept, house } = rigOf([theirs, ours]);
    house.awayAlone.add('second');
    await expect(steps.settleChunk({ opened, cursor: null })).rejects.toThrow(ClearingUnavailable);
    expect(house.calls).toEqual([[ours.brokerExecutionId]]);
    const statusOf = ({ executionId }: UnsettledInstruction) =>
      kept.find((one) => one.executionId === executionId)?.status;
    expect([ours, theirs].map(statusOf)).toEqual(['SETTLED', 'PENDING']);
    house.awayAlone.clear();
    expect(await steps.settleChunk({ opened, cursor: null })).toMatchObject({ settled: 1 });
    expect(house.calls).toEqual([[ours.brokerExecutionId], [theirs.brokerExecutionId]]);
  });

  it('run again after the books failed, settles once what the clearing house had settled before', async () => {
    const rig = rigOf([dueInstruction(), dueInstruction()]);
    const write = rig.store.writeSettlement;
    rig.store.writeSettlement = () => Promise.reject(new HubError('DATABASE_UNAVAILABLE'));
    const { steps } = rig;
    await expect(steps.settleChunk({ opened, cursor: null })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
    rig.store.writeSettlement = write;
    expect(await steps.settleChunk({ opened, cursor: null })).toMatchObject({
      settled: 2,
      isLast: true,
    });
    expect(rig.house.calls).toHaveLength(2);
  });

  it('decides again on what the books say when they changed meanwhile, and gives up when they never stand still', async () => {
    const rig = rigOf([dueInstruction({ cash: '10.00' }), dueInstruction({ cash: '20.00' })]);
    const { readContext, writeSettlement } = rig.store;
    const reads: number[] = [];
    rig.store.readContext = async (executionIds) => {
      reads.push(executionIds.length);
      const settledCash = reads.length === 1 ? '10.00' : '30.00';
      return { ...(await readContext(executionIds)), settledCash: { a: settledCash } };
    };
    rig.store.writeSettlement = async (write) =>
      reads.length < 3 ? 'CONFLICT' : writeSettlement(write);
    const { steps } = rig;
    expect(await steps.settleChunk({ opened, cursor: null })).toMatchObject({
      ...{ settled: 2, inRepair: 0, cashPaid: '30.00' },
    });
    expect(reads).toEqual([2, 2, 2]);
    expect(rig.house.calls).toHaveLength(1);

    const restless = rigOf([dueInstruction()]);
    restless.store.writeSettlement = async () => 'CONFLICT';
    await expect(restless.steps.settleChunk({ opened, cursor: null })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
    expect(restless.kept.map(({ status }) => status)).toEqual(['PENDING']);
  });

  it('puts into repair what settled cash does not pay for, and settles the rest', async () => {
    const [dear, cheap] = [dueInstruction({ cash: '30.00' }), dueInstruction({ cash: '20.00' })];
    const rig = rigOf([dear, cheap]);
    const { readContext } = rig.store;
    rig.store.readContext = async (executionIds) => ({
      ...(await readContext(executionIds)),
      settledCash: { a: '20.00' },
    });
    expect(await rig.steps.settleChunk({ opened, cursor: null })).toMatchObject({
      ...{ settled: 1, inRepair: 1, cashPaid: '20.00' },
    });
    expect(rig.started).toEqual([
      expect.objectContaining({
        executionId: dear.executionId,
        reason: 'INSUFFICIENT_SETTLED_CASH',
      }),
    ]);
  });

  it('of an account with more than a chunk holds takes sales before purchases, chunk by chunk, and then goes on', async () => {
    const many = Array.from({ length: CHUNK_SIZE_MAX + 20 }, (_, index) =>
      dueInstruction({ side: index % 2 === 0 ? 'BUY' : 'SELL' }),
    );
    const next = dueInstruction({ accountId: 'b' });
    const { steps, house, kept } = rigOf([...many, next]);
    const sides = new Map(
      [...many, next].map(({ brokerExecutionId, side }) => [brokerExecutionId, side]),
    );
    let cursor: SettlementCursor | null = null;
    for (let isLast = false; !isLast; ) {
      const chunk = await steps.settleChunk({ opened, cursor });
      ({ cursor, isLast } = chunk);
    }
    expect(house.calls.map((call) => call.length)).toEqual([CHUNK_SIZE_MAX, 21]);
    const inOrder = house.calls.flat().map((id) => sides.get(id));
    expect(inOrder.slice(0, 260)).toEqual(Array.from({ length: 260 }, () => 'SELL'));
    expect(kept.every(({ status }) => status === 'SETTLED')).toBe(true);
  });
});

describe('one execution under repair', () => {
  it('settles when the clearing house takes it, and is settled when somebody has been first', async () => {
    const one = dueInstruction();
    const { steps, house } = rigOf([one]);
    house.rejects.set(one.brokerExecutionId, 'REJECTED');
    expect(await steps.settleOne(one.executionId)).toEqual({
      outcome: 'NOT_SETTLED',
      reason: 'REJECTED',
    });
    house.rejects.clear();
    expect(await steps.settleOne(one.executionId)).toEqual({ outcome: 'SETTLED' });
    expect(await steps.settleOne(one.executionId)).toEqual({ outcome: 'SETTLED' });
    expect(house.calls).toHaveLength(2);
  });
});

describe('the run', () => {
  it('settles what is due on the market’s date, which New York tells and not UTC', async () => {
    const memory = createSettlementMemory([]);
    const openAt = (instant: string) =>
      openRun(
        { settlements: memory.store, calendar: xnysCalendar, clock: () => Date.parse(instant) },
        'run',
      );
    expect((await openAt('2026-11-24T11:00:00Z')).asOfDate).toBe('2026-11-24');
    expect((await openAt('2026-11-25T03:00:00Z')).asOfDate).toBe('2026-11-24');
    expect((await openAt('2026-11-26T11:00:00Z')).asOfDate).toBe('2026-11-26');
  });

  it('gives every execution in repair its workflow, page after page', async () => {
    const rejected = Array.from({ length: 450 }, () => dueInstruction());
    const { steps, house, started } = rigOf(rejected);
    for (const { brokerExecutionId } of rejected) house.rejects.set(brokerExecutionId, 'REJECTED');
    await steps.settleChunk({ opened, cursor: null });
    started.length = 0;
    expect(await steps.adoptRepairs()).toBe(450);
    expect(new Set(started.map(({ executionId }) => executionId)).size).toBe(450);
  });
});
