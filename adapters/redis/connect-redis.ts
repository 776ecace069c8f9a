import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';

const CONNECT_TIMEOUT_MS = 1_000;
const COMMAND_TIMEOUT_MS = 100;
const RECONNECT_DELAY_MS_MAX = 1_000;
const PROBE_INTERVAL_MS = 500;
const PROBE_KEY = 'hub:probe';

interface RedisOptions {
  url: string;
  logger: Logger;
  registry: Registry;
  /** Longest wait for one answer; past it Redis counts as away. */
  commandTimeoutMs?: number;
  /**
   * Runs each time Redis becomes usable, before any other command: drop here what went stale while
   * it was away.
   */
  beforeUse?: (redis: Redis) => Promise<unknown>;
}

/** A Redis that may be away at any time: whoever uses it must do without. */
export interface RedisConnection {
  /**
   * The command's answer; `null` at once while Redis is known to be away, and `null` when the
   * command fails, which begins an outage. An outage is logged and counted once
   * (`redis_outages_total`, `redis_degraded`), and ends by itself.
   */
  attempt<T>(command: (redis: Redis) => Promise<T>): Promise<T | null>;
  isUsable(): boolean;
  close(): void;
}

/** Connects in the background. Nothing is queued while Redis is away, and nothing is sent twice. */
export function connectRedis(options: RedisOptions): RedisConnection {
  const { url, logger, registry, commandTimeoutMs = COMMAND_TIMEOUT_MS, beforeUse } = options;
  const redis = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempts) => Math.min(25 * 2 ** Math.min(attempts, 10), RECONNECT_DELAY_MS_MAX),
  });
  const outage = createOutageRecord(logger, registry);
  let usable = false;
  let epoch = 0;
  let probing = false;
  let closed = false;

  const fail = (error: unknown): void => {
    if (closed) return;
    usable = false;
    epoch += 1;
    outage.begin(error);
  };

  // It writes, as a Redis that is full or a replica answers PING but is of no use to a cache.
  const probe = async (): Promise<void> => {
    if (usable || probing || closed || redis.status !== 'ready') return;
    probing = true;
    const probed = epoch;
    try {
      await redis.set(PROBE_KEY, '1', 'PX', 1_000);
      await beforeUse?.(redis);
      usable = probed === epoch && !closed;
      if (usable) outage.end();
    } catch (error) {
      fail(error);
    } finally {
      probing = false;
    }
  };

  redis.on('ready', probe);
  redis.on('error', fail);
  redis.on('close', () => fail(new Error('the connection was closed')));
  const timer = setInterval(probe, PROBE_INTERVAL_MS).unref();

  return {
    isUsable: () => usable,
    async attempt(command) {
      if (!usable) return null;
      const begun = epoch;
      try {
        return await command(redis);
      } catch (error) {
        // A command of before the last outage tells nothing about Redis as it is now.
        if (begun === epoch) fail(error);
        return null;
      }
    },
    close() {
      closed = true;
      usable = false;
      clearInterval(timer);
      redis.disconnect();
    },
  };
}

/** Throws when Redis is away. */
export async function pingRedis(connection: RedisConnection): Promise<void> {
  if ((await connection.attempt((redis) => redis.ping())) === null)
    throw new Error('Redis is away');
}

/** Says once that Redis went and once that it came back, however many calls noticed. */
function createOutageRecord(
  logger: Logger,
  registry: Registry,
): { begin(error: unknown): void; end(): void } {
  const outages = new Counter({
    name: 'redis_outages_total',
    help: 'Times Redis became unusable',
    registers: [registry],
  });
  const degraded = new Gauge({
    name: 'redis_degraded',
    help: '1 while Redis is unusable and the process does without',
    registers: [registry],
  });
  let away = false;
  degraded.set(1);
  return {
    begin(error) {
      if (away) return;
      away = true;
      outages.inc();
      degraded.set(1);
      logger.warn({ err: error }, 'Redis is away: going on without it');
    },
    end() {
      away = false;
      degraded.set(0);
      logger.info('Redis is in use');
    },
  };
}
