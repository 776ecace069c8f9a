import { describe, expect, it } from 'vitest';
import type { WithdrawalContext, WithdrawalWrite } from '../../../contracts/portfolio/funding.ts';
import { withdraw } from '../../../use-cases/portfolio/withdraw.ts';
import { CALLER } from './portfolio-fixtures.ts';

const withCash = (settled: string): WithdrawalContext => ({
  cash: { settled, unsettled: '-5', held: '0', leastDue: '0' },
  firstAnswer: null,
});

/** Reads give one context after another, the last one for ever; the first writes are conflicts. */
function rigOf(contexts: readonly (WithdrawalContext | null)[], conflicts: number) {
  const written: WithdrawalWrite[] = [];
  let reads = 0;
  const funding = {
    readWithdrawal: async () => contexts[Math.min(reads++, contexts.length - 1)] ?? null,
    writeWithdrawal: async (write: WithdrawalWrite) =>
      written.push(write) > conflicts ? ('WRITTEN' as const) : ('CONFLICT' as const),
  };
  return { deps: { funding, clock: () => Date.parse('2026-11-24T15:00:00Z') }, written };
}

describe('a withdrawal that the account has overtaken', () => {
  it('is decided again on what the account holds then, and says what it stood on', async () => {
    const { deps, written } = rigOf([withCash('100.00'), withCash('60.00')], 1);
    expect(await withdraw(deps, CALLER, '50', 'key')).toMatchObject({
      ...{ withdrawal: { amount: '50.00' }, replayed: false },
    });
    expect(written.map(({ ground }) => ground)).toEqual([
      { settled: '100.00', buyingPower: '95.00', leastDue: '0.00' },
      { settled: '60.00', buyingPower: '55.00', leastDue: '0.00' },
    ]);
    expect(new Set(written.map(({ withdrawal }) => withdrawal.id)).size).toBe(1);
  });

  it('is rejected when the account has too little by then', async () => {
    const { deps, written } = rigOf([withCash('100.00'), withCash('50.00')], 1);
    await expect(withdraw(deps, CALLER, '50', null)).rejects.toMatchObject({
      code: 'INSUFFICIENT_WITHDRAWABLE_CASH',
      facts: { requested: '50.00', available: '45.00' },
    });
    expect(written).toHaveLength(1);
  });

  it('is the first answer when another request of the same key was first', async () => {
    const { deps, written } = rigOf([withCash('100.00')], 1);
    const { withdrawal } = await withdraw(deps, CALLER, '50', 'key');
    const { fingerprint } = written[0]?.idempotency ?? expect.fail('a key was sent');
    const replay = rigOf(
      [withCash('100.00'), { ...withCash('50.00'), firstAnswer: { fingerprint, withdrawal } }],
      1,
    );
    expect(await withdraw(replay.deps, CALLER, '50', 'key')).toEqual({
      withdrawal,
      replayed: true,
    });
  });

  it('gives up when the account never stands still', async () => {
    const { deps, written } = rigOf([withCash('100.00')], 100);
    await expect(withdraw(deps, CALLER, '50', null)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
    expect(written).toHaveLength(8);
  });
});
