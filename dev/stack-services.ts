import { join } from 'node:path';
import type { Ports } from './ports.ts';
import {
  type DatabaseUrls,
  externalDatabases,
  resolvePostgres,
  startPostgres,
} from './services/postgres.ts';
import { resolveRedis, startRedis } from './services/redis.ts';
import type { Service, ServiceStart } from './services/service.ts';
import { resolveTemporal, startTemporal } from './services/temporal.ts';
import { readRetention } from './services/temporal-namespace.ts';

export type ServiceName = 'postgres' | 'redis' | 'temporal';

export interface StackServices {
  readonly services: Partial<Record<ServiceName, Service>>;
  readonly databases: DatabaseUrls | null;
  readonly redisUrl: string | null;
  readonly temporalAddress: string | null;
}

export interface ServicesStart {
  readonly env: NodeJS.ProcessEnv;
  readonly stateDir: string;
  readonly ports: Ports;
  readonly namespace: string;
  readonly headless: boolean;
  readonly suggestedEventsMax: number | undefined;
  readonly wants: (name: ServiceName) => boolean;
  readonly say: (name: string, line: string) => void;
  /** The hooks that watch a service's process. */
  readonly watch: (
    name: ServiceName,
  ) => Pick<ServiceStart, 'onSpawn' | 'onGone' | 'onCrash' | 'onLine'>;
  /** Told of each service as soon as it runs, so that it can be stopped when another one fails. */
  readonly onStarted: (service: Service) => void;
}

/**
 * Finds and starts Postgres, Redis and Temporal side by side. A service that is not wanted is taken
 * from its variable, if set.
 */
export async function startServices(start: ServicesStart): Promise<StackServices> {
  const { env, wants } = start;
  const say = (name: string) => (line: string) => start.say(name, line);
  const begin = (name: ServiceName, port: number) => ({
    ...start.watch(name),
    dataDir: join(start.stateDir, name),
    logFile: join(start.stateDir, 'logs', `${name}.log`),
    port,
  });
  const report = <T extends { service: Service } | null>(result: T): T => {
    if (result) start.onStarted(result.service);
    return result;
  };
  const launchPostgres = async () => {
    const source = await resolvePostgres(env, say('postgres'));
    return report(await startPostgres(source, begin('postgres', start.ports.postgres)));
  };
  const launchRedis = async () => {
    const source = await resolveRedis(env, say('redis'));
    return report(await startRedis(source, begin('redis', start.ports.redis)));
  };
  const launchTemporal = async () => {
    const source = await resolveTemporal(env, say('temporal'));
    const uiPort = start.headless ? null : start.ports.temporalUi;
    return report(
      await startTemporal(source, {
        ...begin('temporal', start.ports.temporal),
        namespace: start.namespace,
        uiPort,
        suggestedEventsMax: start.suggestedEventsMax,
        retentionDays: readRetention(env),
      }),
    );
  };
  const launched = [
    wants('postgres') ? launchPostgres() : null,
    wants('redis') ? launchRedis() : null,
    wants('temporal') ? launchTemporal() : null,
  ] as const;
  // All have ended by then, well or not, so that whoever catches a failure knows everything that
  // has to be stopped.
  await Promise.allSettled(launched);
  const [postgres, redis, temporal] = await Promise.all(launched);
  return {
    services: {
      ...(postgres ? { postgres: postgres.service } : {}),
      ...(redis ? { redis: redis.service } : {}),
      ...(temporal ? { temporal: temporal.service } : {}),
    },
    databases: postgres?.databases ?? externalDatabases(env),
    redisUrl: redis?.url ?? (wants('redis') ? null : (env.REDIS_URL ?? null)),
    temporalAddress: temporal?.address ?? env.TEMPORAL_ADDRESS ?? null,
  };
}
