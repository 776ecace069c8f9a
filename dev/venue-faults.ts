import { createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { BrokerFaultService, FaultMode, FaultTarget } from '../proto/gen/hub/v1/broker_pb.js';

export interface VenueFault {
  mode: keyof typeof FaultMode;
  /** For SLOW. */
  delayMs?: number;
  /** How many calls (reports for DROP_REPORTS) it hits; until changed when left out. */
  calls?: number;
  /** All symbols when left out. */
  symbol?: string;
  /** The four calls about orders when left out. */
  target?: keyof typeof FaultTarget;
}

/**
 * The switch by which the paper broker misbehaves (BrokerFaultService); `NONE` heals it. One fault
 * at a time: setting one ends the other. `authenticate` signs as one of our processes.
 */
export function createVenueFaults(
  baseUrl: string,
  authenticate: Interceptor,
): (fault: VenueFault) => Promise<void> {
  const client = createClient(
    BrokerFaultService,
    createConnectTransport({ baseUrl, httpVersion: '1.1', interceptors: [authenticate] }),
  );
  return async ({ mode, delayMs = 0, calls = 0, symbol = '', target = 'UNSPECIFIED' }) => {
    await client.setFault({
      mode: FaultMode[mode],
      delayMs,
      calls,
      symbol,
      target: FaultTarget[target],
    });
  };
}
