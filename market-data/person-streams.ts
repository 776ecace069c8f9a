import { Code, ConnectError } from '@connectrpc/connect';
import type { RpcCaller } from '../adapters/security/rpc-gate.ts';

/**
 * Counts the quote streams of each person, over all his connections: one more than `max` is
 * RESOURCE_EXHAUSTED. Our own processes are not counted; they carry the streams of many.
 */
export function createPersonStreams(max: number): { enter(caller: RpcCaller): () => void } {
  const open = new Map<string, number>();
  return {
    enter(caller) {
      if (caller.kind === 'SERVICE') return () => {};
      const { userId } = caller;
      const count = open.get(userId) ?? 0;
      if (count >= max)
        throw new ConnectError(
          `at most ${max} streams of one user at once`,
          Code.ResourceExhausted,
        );
      open.set(userId, count + 1);
      return () => {
        const left = (open.get(userId) ?? 1) - 1;
        if (left === 0) open.delete(userId);
        else open.set(userId, left);
      };
    },
  };
}
