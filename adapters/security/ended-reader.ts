import type { Logger } from 'pino';
import { ACCESS_TOKEN_SECONDS } from '../../contracts/identity/auth.ts';
import {
  type EndedList,
  type EndedSessions,
  REVOCATION_SECONDS_MAX,
} from '../../contracts/identity/revoked-sessions.ts';
import type { EndedMemory } from './ended-memory.ts';

export const READ_EVERY_MS = 1_000;
/**
 * Older knowledge is not trusted; the rest of the promised time is for the clocks and the event
 * loop.
 */
const FRESH_MS = REVOCATION_SECONDS_MAX * 1_000 - 1_000;
/**
 * A token may be signed just before its session's end is committed, by a process whose clock is
 * off.
 */
export const KEEP_MS = (ACCESS_TOKEN_SECONDS + 60) * 1_000;
/**
 * A write that was begun before the last read may be committed after it: each read looks back so
 * much further.
 */
const OVERLAP_MS = 15_000;

export interface EndedReader {
  isFresh(): boolean;
  /** How old is what it knows, in milliseconds. */
  ageMs(): number;
  /**
   * One read at a time: who asks meanwhile gets its end. Never fails; an outage is logged at its
   * begin and at its end.
   */
  read(): Promise<void>;
}

export interface EndedReaderOptions {
  name: 'postgres' | 'redis';
  source: EndedSessions;
  /** Is told all that is read. */
  memory: EndedMemory;
  logger: Logger;
  /** Monotonic, in milliseconds. */
  now: () => number;
  /**
   * While it holds, what the source tells counts for the time until which it is complete; otherwise
   * for the time of the read.
   */
  mustBeComplete?: () => boolean;
  onRead?: (list: EndedList) => void;
  onAway?: () => void;
}

/** Reads ended sessions into memory, and knows how fresh that is. */
export function createEndedReader(options: EndedReaderOptions): EndedReader {
  const {
    name,
    source,
    memory,
    logger,
    now,
    mustBeComplete = () => false,
    onRead,
    onAway,
  } = options;
  const begunAt = now();
  let knownUntil = Number.NEGATIVE_INFINITY;
  let away = false;
  let reading: Promise<void> | null = null;

  async function read(): Promise<void> {
    const readAt = now();
    try {
      const list = await source.listEnded(Math.min(KEEP_MS, readAt - knownUntil + OVERLAP_MS));
      for (const { id, agoMs } of list.sessions) memory.add(id, agoMs);
      onRead?.(list);
      knownUntil = mustBeComplete() ? readAt - vouchedMsAgo(list) : readAt;
      if (away) logger.info({ source: name }, 'ended sessions can be read again');
      away = false;
    } catch (error) {
      onAway?.();
      // Those that it reads from start with it.
      const isStarting = knownUntil === Number.NEGATIVE_INFINITY && now() - begunAt <= FRESH_MS;
      if (away || isStarting) return;
      logger.warn({ source: name, err: error }, 'ended sessions cannot be read');
      away = true;
    }
  }
  return {
    isFresh: () => now() - knownUntil <= FRESH_MS,
    ageMs: () => now() - knownUntil,
    read() {
      reading ??= read().finally(() => {
        reading = null;
      });
      return reading;
    },
  };
}

function vouchedMsAgo({ completeMsAgo }: EndedList): number {
  if (completeMsAgo === null) throw new Error('nobody vouches that all ended sessions are there');
  return completeMsAgo;
}
