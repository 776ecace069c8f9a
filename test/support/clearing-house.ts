import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { ServiceImpl } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import {
  ClearingService,
  type SettlementInstruction,
  SettlementOutcome,
} from '../../proto/gen/hub/v1/settlement_pb.js';

type Settle = ServiceImpl<typeof ClearingService>['settleInstructions'];

export interface ClearingHouse {
  url: string;
  /** How often each execution was sent. */
  sent: Map<string, number>;
  calls: SettlementInstruction[][];
  close(): Promise<void>;
}

/**
 * A clearing house over real HTTP/2 that settles all it is sent, unless the test says otherwise.
 */
export async function startClearingHouse(settle?: Settle): Promise<ClearingHouse> {
  const sessions = new Set<ServerHttp2Session>();
  const sent = new Map<string, number>();
  const calls: SettlementInstruction[][] = [];
  const settleInstructions: Settle = (request, context) => {
    calls.push(request.instructions);
    for (const { executionId } of request.instructions)
      sent.set(executionId, (sent.get(executionId) ?? 0) + 1);
    if (settle) return settle(request, context);
    return {
      results: request.instructions.map(({ executionId }) => ({
        executionId,
        outcome: SettlementOutcome.SETTLED,
      })),
    };
  };
  const server: Http2Server = createServer(
    connectNodeAdapter({
      routes: (router) => router.service(ClearingService, { settleInstructions }),
    }),
  );
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  let isClosed = false;
  return {
    url: `http://127.0.0.1:${address.port}`,
    sent,
    calls,
    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
