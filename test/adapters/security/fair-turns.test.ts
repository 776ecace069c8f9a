import { describe, expect, it } from 'vitest';
import { createFairTurns } from '../../../adapters/security/fair-turns.ts';

/** Work that is done when it is let go, in the order in which it was begun. */
function createStage(waitingMax: number) {
  const inTurn = createFairTurns({ concurrencyMax: 1, waitingMax });
  const begun: string[] = [];
  const holding: (() => void)[] = [];
  const ask = (source: string) =>
    inTurn(source, async () => {
      begun.push(source);
      await new Promise<void>((resolve) => holding.push(resolve));
      return source;
    });
  const letAllGo = async () => {
    for (let quiet = 0; quiet < 3; quiet = holding.length > 0 ? 0 : quiet + 1) {
      for (const go of holding.splice(0)) go();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { ask, begun, letAllGo };
}

describe('turns', () => {
  it('go round among the sources, however much one of them asks for', async () => {
    const { ask, begun, letAllGo } = createStage(100);
    const all = [...Array.from({ length: 50 }, () => ask('greedy')), ask('honest'), ask('other')];
    await letAllGo();
    await Promise.all(all);
    expect(begun.slice(0, 4)).toEqual(['greedy', 'greedy', 'honest', 'other']);
    expect(begun).toHaveLength(52);
  });

  it('are given up by the source with the most waiting when there is no place left', async () => {
    const { ask, letAllGo } = createStage(10);
    const greedy = Array.from({ length: 11 }, () => ask('greedy'));
    const settled = Promise.allSettled(greedy);
    const honest = ask('honest');
    await letAllGo();
    expect(await honest).toBe('honest');
    const rejected = (await settled).filter(({ status }) => status === 'rejected');
    expect(rejected).toMatchObject([{ reason: { code: 'RATE_LIMITED' } }]);
  });

  it('are rejected to the one who has filled all places', async () => {
    const { ask, letAllGo } = createStage(10);
    const greedy = Array.from({ length: 11 }, () => ask('greedy'));
    await expect(ask('greedy')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await letAllGo();
    expect(await Promise.all(greedy)).toHaveLength(11);
  });
});
