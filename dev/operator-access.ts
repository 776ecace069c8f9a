import { hasDemoUsers, readProfile } from '../contracts/deployment-profile.ts';
import type { SystemStatus } from '../contracts/operators/system-status.ts';
import { devPorts } from './ports.ts';

/** Where the API is, and who asks it. */
export interface OperatorAccess {
  readonly url: string;
  readonly email: string;
  readonly password: string;
}

/** What is said when the API does not tell how the system is. */
export class SystemUntold extends Error {
  override readonly name = 'SystemUntold';
}

/** As drizzle/seed.ts puts it in. */
export const DEMO_OPERATOR = { email: 'operator@hub.local', password: 'operator-password-1' };
const ANSWER_MS_MAX = 6_000;

/** Sections of the runbook, by what `/health/ready` calls away. */
const SECTIONS: Readonly<Record<string, string>> = {
  postgres: 'postgresaway',
  temporal: 'temporalaway',
  marketData: 'marketdataaway',
};

/**
 * HUB_URL, HUB_OPERATOR_EMAIL and HUB_OPERATOR_PASSWORD; unset, the API of `npm start` and, where
 * there are demo users, their operator. Throws a sentence that says what to set.
 */
export function readOperatorAccess(env: NodeJS.ProcessEnv): OperatorAccess {
  const url = env.HUB_URL || `http://127.0.0.1:${devPorts(env).api}`;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new SystemUntold('HUB_URL is no address like http://127.0.0.1:8080');
  const login = {
    email: env.HUB_OPERATOR_EMAIL || null,
    password: env.HUB_OPERATOR_PASSWORD || null,
  };
  const demo = hasDemoUsers(readProfile(env)) ? DEMO_OPERATOR : login;
  const email = login.email ?? demo.email;
  const password = login.password ?? (login.email === null ? demo.password : null);
  if (email === null || password === null)
    throw new SystemUntold(
      'Set HUB_OPERATOR_EMAIL and HUB_OPERATOR_PASSWORD to the login of an operator.',
    );
  return { url: url.replace(/\/$/, ''), email, password };
}

/**
 * Logs in, asks how the system is, and logs out. Throws {@link SystemUntold} with a sentence for the
 * operator when that cannot be had.
 */
export async function askSystem(access: OperatorAccess): Promise<SystemStatus> {
  const token = await logIn(access);
  const authorization = `Bearer ${token}`;
  try {
    const { status, body } = await call<SystemStatus>(access, '/v1/admin/system', {
      headers: { authorization },
    });
    if (status === 200) return body;
    if (status === 403) throw new SystemUntold(`${access.email} is no operator.`);
    throw await explain(access, `answers ${status}${codeIn(body)}`);
  } finally {
    await call(access, '/v1/auth/logout', { method: 'POST', headers: { authorization } }).catch(
      () => null,
    );
  }
}

async function logIn(access: OperatorAccess): Promise<string> {
  const { email, password } = access;
  const { status, body } = await call<{ accessToken: string }>(access, '/v1/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (status === 200) return body.accessToken;
  if (status === 401)
    throw new SystemUntold(
      `The API at ${access.url} does not take the login of ${email}: set HUB_OPERATOR_EMAIL and HUB_OPERATOR_PASSWORD.`,
    );
  throw await explain(access, `answers ${status}${codeIn(body)} to a login`);
}

async function call<T>(
  access: OperatorAccess,
  path: string,
  init: RequestInit,
): Promise<{ status: number; body: T }> {
  try {
    const response = await fetch(`${access.url}${path}`, {
      ...init,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    if (name === 'TimeoutError')
      throw await explain(access, `does not answer ${path} within ${ANSWER_MS_MAX / 1_000} s`);
    if (name === 'SyntaxError') throw new SystemUntold(`What answers at ${access.url} is no hub.`);
    throw new SystemUntold(
      `The API at ${access.url} cannot be reached${cause?.code ? ` (${cause.code})` : ''}: start it, or set HUB_URL to where it is.`,
    );
  }
}

interface Readiness {
  checks: Readonly<Record<string, string>>;
}

/** What went wrong, and what the API says without a login of what it misses. */
async function explain({ url }: OperatorAccess, trouble: string): Promise<SystemUntold> {
  const checks = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
    .then(async (response) => ((await response.json()) as Readiness).checks ?? {})
    .catch((): Readiness['checks'] => ({}));
  const missing = Object.keys(checks).filter((name) => checks[name] === 'away');
  const misses = missing.map((name) => `${name} (docs/RUNBOOK.md#${SECTIONS[name] ?? 'alerts'})`);
  const known = misses.length === 0 ? '' : ` It misses ${misses.join(', ')}.`;
  return new SystemUntold(`The API at ${url} ${trouble}.${known}`);
}

const codeIn = (body: unknown): string => {
  const { code } = (body ?? {}) as { code?: string };
  return code ? ` ${code}` : '';
};
