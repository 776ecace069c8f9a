import { ACCESS_TOKEN_SECONDS } from '../../contracts/identity/auth.ts';
import type { EndedSessionsBoard } from '../../contracts/identity/revoked-sessions.ts';
import type { RedisConnection } from './connect-redis.ts';

/**
 * A sorted set: ids of sessions by the millisecond, of Redis's clock, in which they were announced;
 * and under {@link COMPLETE} the millisecond until which it has all of them. In one key, so that
 * Redis cannot lose the one without the other.
 */
const KEY = 'hub:ended_sessions';
const COMPLETE = 'complete';
const KEEP_MS = (ACCESS_TOKEN_SECONDS + 60) * 1_000;
/** One script call is bounded: Lua's stack takes some thousand arguments. */
const BATCH_MAX = 1_000;
const ENDED_MAX = 200_000;

const NOW = `local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const ANNOUNCE = `${NOW}
for index = 4, #ARGV do redis.call('ZADD', KEYS[1], 'NX', now, ARGV[index]) end
if ARGV[2] == 'all' then redis.call('ZADD', KEYS[1], now - ARGV[3], '${COMPLETE}') end
if ARGV[2] == 'more' then redis.call('ZADD', KEYS[1], 'XX', now - ARGV[3], '${COMPLETE}') end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

const LIST = `${NOW}
local found = redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
return { tostring(now), redis.call('ZSCORE', KEYS[1], '${COMPLETE}'), found }`;

/**
 * Ended sessions on Redis, which may forget them or be away: whoever has them in Postgres announces
 * them again, and says until when there is none that it has not.
 */
export function createEndedSessionsBoard(redis: RedisConnection): EndedSessionsBoard {
  return {
    async listEnded(withinMs) {
      const answer = await redis.attempt((client) =>
        client.eval(LIST, 1, KEY, Math.ceil(withinMs), ENDED_MAX),
      );
      if (answer === null) throw new Error('Redis is away');
      const [now, complete, found] = answer as [string, string | null, string[]];
      const agoOf = (score: string | undefined): number => Math.max(0, Number(now) - Number(score));
      const sessions = [];
      for (let at = 0; at < found.length; at += 2) {
        const id = found[at] ?? '';
        if (id !== COMPLETE) sessions.push({ id, agoMs: agoOf(found[at + 1]) });
      }
      return { sessions, completeMsAgo: complete === null ? null : agoOf(complete) };
    },
    async announce(ids, vouched) {
      for (let from = 0; from === 0 || from < ids.length; from += BATCH_MAX) {
        const batch = ids.slice(from, from + BATCH_MAX);
        const complete = from + BATCH_MAX >= ids.length ? vouched : null;
        const vouching = complete
          ? [complete.isAll ? 'all' : 'more', Math.ceil(complete.completeMsAgo)]
          : ['', 0];
        const done = await redis.attempt(async (client) => {
          await client.eval(ANNOUNCE, 1, KEY, KEEP_MS, ...vouching, ...batch);
          return true;
        });
        if (!done) throw new Error('Redis is away');
      }
    },
  };
}
