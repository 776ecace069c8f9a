import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { TimeoutStrategy, timeout } from 'cockatiel';
import type { Logger } from 'pino';
import type { ApiEnv } from '../api-env.ts';
import { jsonAnswer } from '../rest/route-parts.ts';

/**
 * What the process needs to work, by name. A check resolves when it is there and rejects when it is
 * not.
 */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

const CHECK_TIMEOUT_MS = 1_000;
const inTime = timeout(CHECK_TIMEOUT_MS, TimeoutStrategy.Aggressive);

const tags = ['Health'];

const live = createRoute({
  method: 'get',
  path: '/health/live',
  operationId: 'isLive',
  tags,
  summary: 'Whether the process runs',
  responses: { 200: jsonAnswer(z.object({ status: z.literal('live') }), 'It does') },
});

const Readiness = z
  .object({
    status: z.enum(['ready', 'not ready']),
    checks: z.record(z.string(), z.enum(['ok', 'away'])),
  })
  .openapi('Readiness');

const ready = createRoute({
  method: 'get',
  path: '/health/ready',
  operationId: 'isReady',
  tags,
  summary: 'Whether the process can do its work, and what it misses',
  responses: {
    200: jsonAnswer(Readiness, 'It can'),
    503: jsonAnswer(Readiness, 'Something is away'),
  },
});

export function registerHealthRoutes(
  app: OpenAPIHono<ApiEnv>,
  deps: { readiness: ReadinessChecks; logger: Logger },
): void {
  app.openapi(live, (c) => c.json({ status: 'live' as const }, 200));

  app.openapi(ready, async (c) => {
    const checks = await runChecks(deps.readiness, deps.logger);
    const allOk = Object.values(checks).every((outcome) => outcome === 'ok');
    return allOk
      ? c.json({ status: 'ready' as const, checks }, 200)
      : c.json({ status: 'not ready' as const, checks }, 503);
  });
}

async function runChecks(
  readiness: ReadinessChecks,
  logger: Logger,
): Promise<Record<string, 'ok' | 'away'>> {
  const outcomes = Object.entries(readiness).map(
    async ([name, check]): Promise<[string, 'ok' | 'away']> => {
      try {
        await inTime.execute(check);
        return [name, 'ok'];
      } catch (error) {
        logger.warn({ err: error, check: name }, 'readiness check failed');
        return [name, 'away'];
      }
    },
  );
  return Object.fromEntries(await Promise.all(outcomes));
}
