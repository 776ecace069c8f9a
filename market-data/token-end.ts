import { Code, ConnectError } from '@connectrpc/connect';
import { type RpcCaller, rejectionOf } from '../adapters/security/rpc-gate.ts';
import type { LiveSessions } from '../contracts/identity/revoked-sessions.ts';

/** The longest time that a timer of Node can keep. */
const TIMER_MS_MAX = 2_147_483_647;
/** A look into memory, mostly; with what is known of sessions it stays within the promised 5 s. */
const CHECK_EVERY_MS = 500;

/**
 * Aborts with UNAUTHENTICATED when the token of a person or its session ends, and with UNAVAILABLE
 * when nobody can say whether the session lasts; never for one of our own processes, whose every
 * call shows a fresh token. `stop` forgets about it.
 */
export function watchTokenEnd(
  caller: RpcCaller,
  sessions: LiveSessions,
): { signal: AbortSignal; stop: () => void } {
  const ended = new AbortController();
  if (caller.kind === 'SERVICE') return { signal: ended.signal, stop: () => {} };
  const expire = (): void =>
    ended.abort(new ConnectError('The token has expired', Code.Unauthenticated));
  const check = (): void => {
    sessions
      .assertLive(caller.sessionId)
      .catch((error: unknown) => ended.abort(rejectionOf(error)));
  };
  const timer = setTimeout(
    expire,
    Math.min(Math.max(caller.expiresAtMs - Date.now(), 0), TIMER_MS_MAX),
  ).unref();
  const checks = setInterval(check, CHECK_EVERY_MS).unref();
  const stop = (): void => {
    clearTimeout(timer);
    clearInterval(checks);
  };
  return { signal: ended.signal, stop };
}
