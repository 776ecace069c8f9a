import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { SessionProgress } from '../../../contracts/broker-session/broker-sessions.ts';
import { createSessionProgress } from '../../../use-cases/broker-session/session-progress.ts';

const SECOND_MS = 1_000;

/** Progress that begins at 10, over a store that can be away; its time stands until it is set. */
function begin() {
  const world = { nowMs: 1_000_000, isAway: false, writes: [] as SessionProgress[], tries: 0 };
  const sessions = {
    readLastSequence: async () => 0,
    advance: async (_broker: string, progress: SessionProgress) => {
      world.tries += 1;
      if (world.isAway) throw new Error('no database');
      world.writes.push(progress);
    },
  };
  const deps = { sessions, clock: () => world.nowMs, logger: pino({ enabled: false }) };
  return { world, progress: createSessionProgress(deps, 'venue', 10) };
}

it('stores each step of what is taken in, with when the broker was heard', async () => {
  const { world, progress } = begin();
  progress.heard();
  world.nowMs += 2 * SECOND_MS;
  await progress.store(11);
  expect(world.writes).toEqual([{ lastSequence: 11, heardMsAgo: 2_000 }]);
  expect(progress.lastStored()).toBe(11);
});

it('costs a quiet broker one write in five seconds, and a silent one none', async () => {
  const { world, progress } = begin();
  await progress.store(10);
  expect(world.writes).toEqual([]);
  for (let second = 0; second < 60; second += 1) {
    progress.heard();
    await progress.store(10);
    world.nowMs += SECOND_MS;
  }
  expect(world.writes).toHaveLength(12);
  for (let second = 0; second < 60; second += 1) {
    await progress.store(10);
    world.nowMs += SECOND_MS;
  }
  expect(world.writes.length).toBeLessThanOrEqual(13);
});

it('writes no sign of life while reports are written anyway', async () => {
  const { world, progress } = begin();
  for (let taken = 11; taken <= 20; taken += 1) {
    progress.heard();
    await progress.store(taken);
    await progress.store(taken);
    world.nowMs += SECOND_MS;
  }
  expect(world.writes).toHaveLength(10);
});

it('does without storing a sign of life while the database is away, and tries again later', async () => {
  const { world, progress } = begin();
  world.isAway = true;
  for (let second = 0; second < 20; second += 1) {
    progress.heard();
    await progress.store(10);
    world.nowMs += SECOND_MS;
  }
  expect(world.tries).toBe(4);
  world.isAway = false;
  progress.heard();
  await progress.store(10);
  expect(world.writes).toEqual([{ lastSequence: 10, heardMsAgo: 0 }]);
});

it('fails when what was taken in cannot be stored: it would be read again', async () => {
  const { world, progress } = begin();
  world.isAway = true;
  progress.heard();
  await expect(progress.store(11)).rejects.toThrow('no database');
  expect(progress.lastStored()).toBe(10);
});
