import { Code, ConnectError, createContextKey, type HandlerContext } from '@connectrpc/connect';
import { ERRORS, HubError } from '../../contracts/errors.ts';
import { readBearerToken } from '../../contracts/identity/bearer-token.ts';

/**
 * Who calls one of our inner services: another process of ours, or a person whose access token ends
 * at a time.
 */
export type RpcCaller =
  | { kind: 'SERVICE'; name: string }
  | { kind: 'PERSON'; userId: string; sessionId: string; expiresAtMs: number };

export interface RpcGateOptions {
  /**
   * Failures: those of a token, 401, and `DATABASE_UNAVAILABLE` when nobody can say whether it
   * holds.
   */
  authenticate(token: string): Promise<RpcCaller>;
  /** `method` as the protocol's file names it: `GetMarketData`. */
  isAllowed(caller: RpcCaller, method: string): boolean;
  /** Is told who makes the call under way, once it may. */
  onAdmitted(caller: RpcCaller): void;
  /** Is told of each call that is turned away, for log and metrics. */
  onTurnedAway(call: { procedure: string; code: string }): void;
}

const RPC_CALLER = createContextKey<RpcCaller | undefined>(undefined, { description: 'caller' });

/**
 * The gate of a service for the inside of the system: before a message is read, the caller shows a
 * token and may make the call. Otherwise UNAUTHENTICATED, PERMISSION_DENIED, or UNAVAILABLE when
 * it cannot be known.
 */
export function createRpcGate({
  authenticate,
  isAllowed,
  onAdmitted,
  onTurnedAway,
}: RpcGateOptions): (context: HandlerContext) => Promise<void> {
  return async ({ method, requestHeader, service, values }) => {
    try {
      const caller = await authenticate(readBearerToken(requestHeader.get('Authorization')));
      if (!isAllowed(caller, method.name)) throw new HubError('FORBIDDEN');
      values.set(RPC_CALLER, caller);
      onAdmitted(caller);
    } catch (thrown) {
      const error = rejectionOf(thrown);
      onTurnedAway({ procedure: `${service.typeName}/${method.name}`, code: Code[error.code] });
      throw error;
    }
  };
}

/** Who makes the call. A service that is served without the gate fails here, closed. */
export function rpcCallerOf({ values }: HandlerContext): RpcCaller {
  const caller = values.get(RPC_CALLER);
  if (!caller) throw new ConnectError('A bearer token is needed', Code.Unauthenticated);
  return caller;
}

/** The rejection of a caller as an error of Connect. */
export function rejectionOf(thrown: unknown): ConnectError {
  if (!(thrown instanceof HubError))
    return new ConnectError('internal error', Code.Internal, undefined, undefined, thrown);
  return new ConnectError(thrown.message, codeOf(ERRORS[thrown.code].status));
}

function codeOf(status: number): Code {
  if (status === 403) return Code.PermissionDenied;
  return status === 503 ? Code.Unavailable : Code.Unauthenticated;
}
