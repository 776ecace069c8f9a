import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ToldSessionsWatch,
  watchToldSessions,
} from '../../../adapters/security/told-sessions.ts';
import type { EndedSession } from '../../../contracts/identity/revoked-sessions.ts';

const logger = pino({ level: 'silent' });
const board = {
  sessions: [] as EndedSession[],
  completeMsAgo: 0 as number | null,
  isAway: false,
  async listEnded() {
    if (board.isAway) throw new Error('away');
    return { sessions: board.sessions, completeMsAgo: board.completeMsAgo };
  },
};
let watch: ToldSessionsWatch;

beforeEach(async () => {
  vi.useFakeTimers();
  Object.assign(board, { sessions: [], completeMsAgo: 0, isAway: false });
  watch = watchToldSessions({ board, logger, now: Date.now });
  await vi.advanceTimersByTimeAsync(10);
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

const stateOf = (id: string, of = watch) =>
  of.assertLive(id).then(
    () => 'LIVE',
    (error: { code: string }) => error.code,
  );

describe('a process that is only told which sessions ended', () => {
  it('knows it within a second of the telling', async () => {
    expect(await stateOf('a')).toBe('LIVE');
    board.sessions = [{ id: 'a', agoMs: 200 }];
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await stateOf('a'), await stateOf('b')]).toEqual(['TOKEN_REVOKED', 'LIVE']);
  });

  it('takes no token when the board has been away for four seconds, and those that last when it is back', async () => {
    board.isAway = true;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await stateOf('a')).toBe('LIVE');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await stateOf('a')).toBe('DATABASE_UNAVAILABLE');
    Object.assign(board, { isAway: false, sessions: [{ id: 'b', agoMs: 0 }] });
    expect([await stateOf('a'), await stateOf('b')]).toEqual(['LIVE', 'TOKEN_REVOKED']);
  });

  it('does not believe a board that is empty because it forgot', async () => {
    board.completeMsAgo = null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await stateOf('a')).toBe('DATABASE_UNAVAILABLE');
  });

  it('does not believe a board that nobody has vouched for in four seconds', async () => {
    board.completeMsAgo = 3_000;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await stateOf('a')).toBe('LIVE');
    board.completeMsAgo = 4_100;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await stateOf('a')).toBe('DATABASE_UNAVAILABLE');
  });

  it('complains of a board that is away, but not while it starts', async () => {
    const warnings: string[] = [];
    const loud = pino(
      { level: 'warn' },
      { write: (line: string) => void warnings.push(JSON.parse(line).msg) },
    );
    board.isAway = true;
    const late = watchToldSessions({ board, logger: loud, now: Date.now });
    await vi.advanceTimersByTimeAsync(3_500);
    expect(warnings).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(warnings).toEqual(['ended sessions cannot be read']);
    late.stop();
  });

  it('takes no token when nobody tells it anything', async () => {
    expect(await stateOf('a', watchToldSessions({ board: null, logger }))).toBe(
      'DATABASE_UNAVAILABLE',
    );
  });
});
