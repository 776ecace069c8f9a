import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Logger } from 'pino';
import { askInTime, isAnswered } from '../../contracts/ask-in-time.ts';
import type { ApiEnv } from '../api-env.ts';
import { jsonAnswer } from '../rest/route-parts.ts';

/**
 * What the process needs to work, by name. A check resolves when it is there and rejects when it is
 * not.
 */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

const CHECK_TIMEOUT_MS = 1_000;

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

/**
 * Anybody may ask, without a token: a check that is under way is shared by all who ask, so that
 * nothing piles up behind a dependency that hangs.
 */
export function registerHealthRoutes(
  app: OpenAPIHono<ApiEnv>,
  { readiness, logger }: { readiness: ReadinessChecks; logger: Logger },
): void {
  const questions = Object.entries(readiness).map(([check, question]) => {
    const onFailed = (error: unknown) =>
      logger.warn({ err: error, check }, 'readiness check failed');
    return [check, askInTime(question, { withinMs: CHECK_TIMEOUT_MS, onFailed })] as const;
  });

  app.openapi(live, (c) => c.json({ status: 'live' as const }, 200));

  app.openapi(ready, async (c) => {
    const asked = await Promise.all(
      questions.map(async ([check, ask]) => [check, await ask()] as const),
    );
    const checks = Object.fromEntries(
      asked.map(([check, outcome]): [string, 'ok' | 'away'] => [
        check,
        isAnswered(outcome) ? 'ok' : 'away',
      ]),
    );
    return Object.values(checks).every((outcome) => outcome === 'ok')
      ? c.json({ status: 'ready' as const, checks }, 200)
      : c.json({ status: 'not ready' as const, checks }, 503);
  });
}
