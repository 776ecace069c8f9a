import type { ServiceImpl } from '@connectrpc/connect';
import type { Logger } from 'pino';
import {
  type BrokerFaultService,
  FaultMode as ProtoFaultMode,
  FaultTarget as ProtoFaultTarget,
  type SetFaultRequest,
} from '../proto/gen/hub/v1/broker_pb.js';
import type { Answer } from './call-outcome.ts';
import { type Fault, type FaultableCall, type Faults, isMeaningful } from './faults.ts';
import { MalformedRequest, readEnum } from './proto-fields.ts';

const FAULT_DELAY_MAX_MS = 60_000;
const TARGETS: Record<FaultableCall, ProtoFaultTarget> = {
  PlaceOrder: ProtoFaultTarget.PLACE_ORDER,
  CancelOrder: ProtoFaultTarget.CANCEL_ORDER,
  ReplaceOrder: ProtoFaultTarget.REPLACE_ORDER,
  GetOrder: ProtoFaultTarget.GET_ORDER,
  SettleInstructions: ProtoFaultTarget.SETTLE_INSTRUCTIONS,
};

export interface FaultServiceOptions {
  faults: Faults;
  answer: Answer;
  logger: Logger;
}

/** BrokerFaultService: one fault at a time, until it is used up or changed. */
export function createFaultHandlers({
  faults,
  answer,
  logger,
}: FaultServiceOptions): ServiceImpl<typeof BrokerFaultService> {
  return {
    setFault: (request) =>
      answer('SetFault', async () => {
        const fault = readFault(request);
        faults.set(fault);
        logger.warn(fault, 'fault set');
        return {};
      }),
  };
}

function readFault(request: SetFaultRequest): Fault {
  if (request.delayMs > FAULT_DELAY_MAX_MS)
    throw new MalformedRequest(`delay_ms must be at most ${FAULT_DELAY_MAX_MS}`);
  const isUntargeted = request.target === ProtoFaultTarget.UNSPECIFIED;
  const fault: Fault = {
    mode: readEnum(ProtoFaultMode, request.mode, 'mode'),
    delayMs: request.delayMs,
    calls: request.calls,
    symbol: request.symbol,
    target: isUntargeted ? null : readEnum(TARGETS, request.target, 'target'),
  };
  if (!isMeaningful(fault))
    throw new MalformedRequest(`${fault.target} has no rejection for ${fault.mode}`);
  return fault;
}
