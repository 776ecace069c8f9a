import { Code, ConnectError } from '@connectrpc/connect';

/** Why a call is over before its answer: the client's deadline, or the client has gone. */
export const endOf = ({ reason }: AbortSignal): ConnectError =>
  reason instanceof ConnectError ? reason : new ConnectError('the client has gone', Code.Canceled);

/** Throws {@link endOf} a call that is over. */
export function assertNotOver(signal: AbortSignal): void {
  if (signal.aborted) throw endOf(signal);
}
