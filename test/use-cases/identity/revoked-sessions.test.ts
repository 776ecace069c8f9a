import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEndedMemory } from '../../../adapters/security/ended-memory.ts';
import {
  type RevokedSessionsWatch,
  watchRevokedSessions,
} from '../../../adapters/security/revoked-sessions.ts';
import type { EndedSession, Vouched } from '../../../contracts/identity/revoked-sessions.ts';

/** A store or a board whose every answer the test decides. */
function createSource() {
  const source = {
    ended: [] as EndedSession[],
    isAway: false,
    reads: [] as number[],
    announced: [] as string[],
    vouched: [] as (Vouched | null)[],
    completeMsAgo: 0 as number | null,
    async listEnded(withinMs: number) {
      source.reads.push(withinMs);
      if (source.isAway) throw new Error('away');
      return { sessions: source.ended, completeMsAgo: source.completeMsAgo };
    },
    async announce(ids: readonly string[], vouched: Vouched | null) {
      if (source.isAway) throw new Error('away');
      source.announced.push(...ids);
      source.vouched.push(vouched);
    },
  };
  return source;
}

const logs: { msg: string }[] = [];
const logger = pino(
  { level: 'info' },
  { write: (line: string) => void logs.push(JSON.parse(line)) },
);
let watch: RevokedSessionsWatch;

beforeEach(() => {
  vi.useFakeTimers();
  logs.length = 0;
});
afterEach(() => {
  watch?.stop();
  vi.useRealTimers();
});

async function start(board: ReturnType<typeof createSource> | null = null) {
  const store = createSource();
  watch = watchRevokedSessions({ store, board, logger, now: Date.now });
  await vi.advanceTimersByTimeAsync(10);
  return { store, board };
}

const stateOf = (id: string) =>
  watch.assertLive(id).then(
    () => 'LIVE',
    (error: { code: string }) => error.code,
  );

describe('sessions that have ended', () => {
  it('are known within a second from the store, and asked for by no token', async () => {
    const { store } = await start();
    expect(await stateOf('a')).toBe('LIVE');
    store.ended = [{ id: 'a', agoMs: 200 }];
    const reads = store.reads.length;
    for (let call = 0; call < 1_000; call += 1) await stateOf('b');
    expect(store.reads).toHaveLength(reads);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await stateOf('a')).toBe('TOKEN_REVOKED');
    expect(await stateOf('b')).toBe('LIVE');
  });

  it('are known at once where they were ended', async () => {
    const { board } = await start(createSource());
    await watch.announce(['a']);
    expect(await stateOf('a')).toBe('TOKEN_REVOKED');
    expect(board?.announced).toEqual(['a']);
  });

  it('are forgotten when the last of their tokens has expired', async () => {
    const { store } = await start();
    store.ended = [{ id: 'a', agoMs: 0 }];
    await vi.advanceTimersByTimeAsync(1_000);
    store.ended = [];
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await stateOf('a')).toBe('TOKEN_REVOKED');
    await vi.advanceTimersByTimeAsync(80_000);
    store.ended = [{ id: 'b', agoMs: 0 }];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await stateOf('a')).toBe('LIVE');
  });

  it('are read for the whole life of a token at first, then for what is new', async () => {
    const { store } = await start();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(store.reads[0]).toBe(660_000);
    expect(store.reads.slice(1)).toEqual([16_000, 16_000, 16_000]);
    store.isAway = true;
    await vi.advanceTimersByTimeAsync(10_000);
    store.isAway = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.reads.at(-1)).toBe(26_000);
  });

  it('are known from either while the other is away, and each outage is told once', async () => {
    const { store, board } = await start(createSource());
    if (!board) throw new Error('there is a board');
    store.isAway = true;
    board.ended = [{ id: 'a', agoMs: 0 }];
    await vi.advanceTimersByTimeAsync(20_000);
    expect([await stateOf('a'), await stateOf('b')]).toEqual(['TOKEN_REVOKED', 'LIVE']);
    store.isAway = false;
    board.isAway = true;
    store.ended = [{ id: 'b', agoMs: 0 }];
    await vi.advanceTimersByTimeAsync(20_000);
    expect([await stateOf('b'), await stateOf('c')]).toEqual(['TOKEN_REVOKED', 'LIVE']);
    expect(logs.map(({ msg }) => msg)).toEqual([
      'ended sessions cannot be read',
      'ended sessions can be read again',
      'ended sessions cannot be read',
    ]);
  });

  it('that a board lost or missed are announced to it again', async () => {
    const { store, board } = await start(createSource());
    if (!board) throw new Error('there is a board');
    board.isAway = true;
    store.ended = [{ id: 'a', agoMs: 0 }];
    await watch.announce(['b']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(board.announced).toEqual([]);
    board.isAway = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect([...board.announced].sort()).toEqual(['a', 'b']);
  });

  it('that a board lost between two reads are all announced to it again', async () => {
    const { store, board } = await start(createSource());
    if (!board) throw new Error('there is a board');
    store.ended = [{ id: 'a', agoMs: 0 }];
    board.ended = [{ id: 'a', agoMs: 0 }];
    await vi.advanceTimersByTimeAsync(3_000);
    store.ended = [];
    expect(board.vouched.at(-1)).toEqual({ completeMsAgo: 0, isAll: false });
    board.ended = [];
    board.completeMsAgo = null;
    board.announced.length = 0;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(board.announced).toEqual(['a']);
    expect(board.vouched.at(-1)).toEqual({ completeMsAgo: 0, isAll: true });
  });

  it('are vouched for by nobody who cannot reach the store', async () => {
    const { store, board } = await start(createSource());
    if (!board) throw new Error('there is a board');
    store.isAway = true;
    await vi.advanceTimersByTimeAsync(4_000);
    board.vouched.length = 0;
    await watch.announce(['a']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(board.announced).toContain('a');
    expect(
      board.vouched.filter((vouched) => vouched !== null && vouched.completeMsAgo > 4_000),
    ).toEqual([]);
    expect(board.vouched.at(-1)).toBe(null);
  });

  it('are not looked for on a board that forgot, by a process that has not read the store yet', async () => {
    const [store, board] = [createSource(), createSource()];
    store.isAway = true;
    board.completeMsAgo = null;
    watch = watchRevokedSessions({ store, board, logger, now: Date.now });
    expect(await stateOf('a')).toBe('DATABASE_UNAVAILABLE');
    board.completeMsAgo = 500;
    expect(await stateOf('a')).toBe('LIVE');
  });

  it('let no token in when nobody can have been asked for five seconds, and are asked for at once when somebody can', async () => {
    const { store, board } = await start(createSource());
    if (!board) throw new Error('there is a board');
    store.isAway = true;
    board.isAway = true;
    await vi.advanceTimersByTimeAsync(3_900);
    expect(await stateOf('a')).toBe('LIVE');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await stateOf('a')).toBe('DATABASE_UNAVAILABLE');
    store.isAway = false;
    store.ended = [{ id: 'b', agoMs: 0 }];
    expect([await stateOf('a'), await stateOf('b')]).toEqual(['LIVE', 'TOKEN_REVOKED']);
  });
});

describe('the memory of ended sessions', () => {
  it('is bounded: the first are forgotten, and it is told once', () => {
    const memory = createEndedMemory(660_000, Date.now, logger, 1_000);
    for (let index = 0; index < 1_500; index += 1) memory.add(`s-${index}`, 0);
    expect([memory.has('s-499'), memory.has('s-500'), memory.has('s-1499')]).toEqual([
      false,
      true,
      true,
    ]);
    expect(memory.untold()).toMatchObject({ ids: { length: 1_000 }, isAll: true });
    expect(logs.map(({ msg }) => msg)).toEqual([
      'too many sessions have ended at once: the first of them are forgotten',
    ]);
  });
});
