import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { BrokerFaultService, FaultMode } from '../../proto/gen/hub/v1/broker_pb.js';

export interface VenueFault {
  mode: keyof typeof FaultMode;
  /** For SLOW. */
  delayMs?: number;
  /** How many calls it hits; until changed when left out. */
  calls?: number;
  /** All symbols when left out. */
  symbol?: string;
}

/** The switch by which the paper broker misbehaves (BrokerFaultService); `NONE` heals it. */
export function createVenueFaults(baseUrl: string): (fault: VenueFault) => Promise<void> {
  const client = createClient(BrokerFaultService, createConnectTransport({ baseUrl, httpVersion: '1.1' }));
  return async ({ mode, delayMs = 0, calls = 0, symbol = '' }) => {
    await client.setFault({ mode: FaultMode[mode], delayMs, calls, symbol });
  };
}
