import type { BenchContext } from './bench-context.ts';
import { type CallFigures, runCalls } from './call-run.ts';
import type { Pace } from './paced-load.ts';
import type { Plan } from './plan.ts';

const JOB_TIMEOUT_MS = 60_000;
const LOGIN_CLIENTS = 4;
const VALIDATION_CLIENTS = 50;
const WARM_UP = 20;

export interface AuthPart {
  readonly loginAt1: CallFigures;
  readonly loginAt4: CallFigures;
  readonly validationAt1: CallFigures;
  readonly validationAt50: CallFigures;
}

/** Logins over REST (argon2id), token validation over Connect on HTTP/2, as services do it. */
export async function runAuth(context: BenchContext, plan: Plan): Promise<AuthPart> {
  const { urls } = context.stack;
  const users = context.accounts.map(({ email, password }) => ({ email, password }));
  const tokens = await context.signTokens();
  const login = (pace: Pace) =>
    context.load.run('login', { baseUrl: urls.api, users, pace }, JOB_TIMEOUT_MS);
  const validate = (pace: Pace) =>
    context.load.run(
      'validate',
      { baseUrl: urls.apiH2c, tokens, httpVersion: '2', pace },
      JOB_TIMEOUT_MS,
    );
  const closed = (concurrency: number, count: number): Pace => ({
    kind: 'closed',
    concurrency,
    count,
  });
  await login(closed(1, 2));
  await validate(closed(VALIDATION_CLIENTS, WARM_UP * VALIDATION_CLIENTS));
  return {
    loginAt1: await runCalls(context, 'login, 1 at once', closed(1, plan.logins.single), login),
    loginAt4: await runCalls(
      context,
      `login, ${LOGIN_CLIENTS} at once`,
      closed(LOGIN_CLIENTS, plan.logins.crowd),
      login,
    ),
    validationAt1: await runCalls(
      context,
      'token validation, 1 at once',
      closed(1, plan.validations.single),
      validate,
    ),
    validationAt50: await runCalls(
      context,
      `token validation, ${VALIDATION_CLIENTS} at once`,
      closed(VALIDATION_CLIENTS, plan.validations.crowd),
      validate,
    ),
  };
}
