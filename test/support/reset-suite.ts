import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Played, Scenario } from '../histories/scenario.ts';
import { type Stage, startStage } from '../histories/stage.ts';
import { expectBooksInOrder } from './books-in-order.ts';
import { createResetCli } from './reset-cli.ts';
import { createProver, type Prover } from './reset-proof.ts';
import { countAll } from './reset-snapshot.ts';

const TIMEOUT_MS = 180_000;

/**
 * Plays each scenario and resets its workflows everywhere. What is open is reset where it stands,
 * while the fault lasts that it stands for, and then brought to its end. What has ended is reset at
 * last, several at once.
 */
export function defineResetSuite(title: string, scenarios: readonly Scenario[]): void {
  let stage: Stage;
  let prover: Prover;
  const playedBy = new Map<string, Played>();

  beforeAll(async () => {
    stage = await startStage({ workers: 'quick' });
    prover = createProver(stage, await createResetCli(stage.e2e.stack));
  });

  afterAll(() => stage?.stop());

  describe('stands as before, and comes to its end, after a reset to any of its workflow tasks', () => {
    it.each(scenarios.map((scenario) => ({ ...scenario })))(
      '$name',
      async (scenario) => {
        const { name, play, canBePlayedTogether } = scenario;
        if (canBePlayedTogether) return prover.proveTogether(scenario);
        const played = await play(stage);
        playedBy.set(name, played);
        if (!played.end || played.isApart) return;
        try {
          await prover.proveAll(name, played);
        } finally {
          await played.end();
        }
      },
      TIMEOUT_MS,
    );
  });

  describe('has ended as before after a reset to any of its workflow tasks', () => {
    let before: Record<string, number>;
    beforeAll(async () => {
      before = await countAll(stage.e2e);
    });

    it.concurrent.each(
      scenarios
        .filter(({ canBePlayedTogether }) => !canBePlayedTogether)
        .map((scenario) => ({ ...scenario })),
    )(
      '$name',
      async ({ name }) => {
        const played = playedBy.get(name);
        if (!played) throw new Error('it was not played');
        if (!played.end || played.isApart) await prover.proveAll(name, played);
      },
      TIMEOUT_MS,
    );

    it('and nothing has come to anybody', async () => {
      expect(await countAll(stage.e2e)).toEqual(before);
    });
  });

  it('leaves books that add up', async () => {
    for (const { isApart, end } of playedBy.values()) if (isApart) await end?.();
    await expectBooksInOrder(stage.e2e);
    expect(await stage.e2e.hub`select order_id from holds where remaining > 0`).toEqual([]);
    prover.printTable(title);
  });
}
