import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import { ClearingUnavailable } from '../../../contracts/ports/clearing.ts';
import type { UnsettledInstruction } from '../../../contracts/ports/settlement.ts';
import type { SettlementCursor } from '../../../contracts/settlement.ts';
import { xnysCalendar } from '../../../domain/calendar/xnys.ts';
import { CHUNK_SIZE_MAX } from '../../../use-cases/settlement/settle-chunk.ts';
import { createSettlementSteps } from '../../../use-cases/settlement/settlement-steps.ts';
import { createClearingMemory, createRepairsMemory, createSettlementMemory, dueInstruction } from '../../support/settlement-memory.ts';

const opened = { asOfDate: '2026-11-24', runId: 'run', auditAfter: 0 };

function rigOf(instructions: readonly UnsettledInstruction[]) {
  const memory = createSettlementMemory(instructions);
  const { clearing, house } = createClearingMemory();
  const { workflows, started } = createRepairsMemory();
  const deps = { settlements: memory.store, workflows, clearing, calendar: xnysCalendar, clock: () => Date.parse('2026-11-24T11:00:00Z') };
  return { ...memory, house, started, steps: createSettlementSteps(deps) };
}

describe('a chunk', () => {
  it('settles what is due and nothing that is not, at the clearing house and in the books', async () => {
    const [due, later] = [dueInstruction({ side: 'SELL', cash: '12.50' }), dueInstruction({ settlementDate: '2026-11-25' })];
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
    expect(await steps.settleChunk({ opened, cursor: null })).toMatchObject({ settled: 0, isLast: true, cursor: null });
    expect(house.calls).toEqual([]);
  });

  it('gives what the clearing house refuses a workflow of its own, and settles the others', async () => {
    const [fine, refused] = [dueInstruction(), dueInstruction()];
    const { steps, kept, house, started } = rigOf([fine, refused]);
    house.refuses.set(refused.brokerExecutionId, 'DOES_NOT_MATCH');
    expect(await steps.settleChunk({ opened, cursor: null })).toMatchObject({ settled: 1, inRepair: 1, cashPaid: '10.00' });
    expect(kept.map(({ status }) => status)).toEqual(['SETTLED', 'IN_REPAIR']);
    expect(started).toEqual([expect.objectContaining({ executionId: refused.executionId, reason: 'DOES_NOT_MATCH' })]);
  });

  it('fails whole when the clearing house is away, and puts nothing into repair for that', async () => {
    const { steps, kept, house, started } = rigOf([dueInstruction(), dueInstruction()]);
    house.isAway = true;
    await expect(steps.settleChunk({ opened, cursor: null })).rejects.toThrow(ClearingUnavailable);
    expect(kept.map(({ status }) => status)).toEqual(['PENDING', 'PENDING']);
    expect(started).toEqual([]);
  });

  it('run again after the books failed, settles once what the clearing house had settled before', async () => {
    const rig = rigOf([dueInstruction(), dueInstruction()]);
    const write = rig.store.writeSettlement;
    rig.store.writeSettlement = () => Promise.reject(new HubError('DATABASE_UNAVAILABLE'));
    const { steps } = rig;
    await expect(steps.settleChunk({ opened, cursor: null })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    rig.store.writeSettlement = write;
    expect(await steps.settleChunk({ opened, cursor: null })).toMatchObject({ settled: 2, isLast: true });
    expect(rig.house.calls).toHaveLength(2);
  });

  it('of an account with more than a chunk holds takes sales before purchases, chunk by chunk, and then goes on', async () => {
    const many = Array.from({ length: CHUNK_SIZE_MAX + 20 }, (_, index) => dueInstruction({ side: index % 2 === 0 ? 'BUY' : 'SELL' }));
    const next = dueInstruction({ accountId: 'b' });
    const { steps, house, kept } = rigOf([...many, next]);
    const sides = new Map([...many, next].map(({ brokerExecutionId, side }) => [brokerExecutionId, side]));
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
    house.refuses.set(one.brokerExecutionId, 'REFUSED');
    expect(await steps.settleOne(one.executionId)).toEqual({ outcome: 'NOT_SETTLED', reason: 'REFUSED' });
    house.refuses.clear();
    expect(await steps.settleOne(one.executionId)).toEqual({ outcome: 'SETTLED' });
    expect(await steps.settleOne(one.executionId)).toEqual({ outcome: 'SETTLED' });
    expect(house.calls).toHaveLength(2);
  });
});

describe('the run', () => {
  it('settles what is due on the market’s date, which New York tells and not UTC', async () => {
    const memory = createSettlementMemory([]);
    const openAt = (instant: string) =>
      createSettlementSteps({
        settlements: memory.store,
        workflows: createRepairsMemory().workflows,
        clearing: createClearingMemory().clearing,
        calendar: xnysCalendar,
        clock: () => Date.parse(instant),
      }).openRun('run');
    expect((await openAt('2026-11-24T11:00:00Z')).asOfDate).toBe('2026-11-24');
    expect((await openAt('2026-11-25T03:00:00Z')).asOfDate).toBe('2026-11-24');
    expect((await openAt('2026-11-26T11:00:00Z')).asOfDate).toBe('2026-11-26');
  });

  it('gives every execution in repair its workflow, page after page', async () => {
    const refused = Array.from({ length: 450 }, () => dueInstruction());
    const { steps, house, started } = rigOf(refused);
    for (const { brokerExecutionId } of refused) house.refuses.set(brokerExecutionId, 'REFUSED');
    await steps.settleChunk({ opened, cursor: null });
    started.length = 0;
    expect(await steps.adoptRepairs()).toBe(450);
    expect(new Set(started.map(({ executionId }) => executionId)).size).toBe(450);
  });
});
