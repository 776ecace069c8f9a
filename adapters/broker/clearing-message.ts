import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ClearingInstruction, ClearingResult } from '../../contracts/settlement/clearing.ts';
import { Side } from '../../proto/gen/hub/v1/broker_pb.js';
import {
  type SettlementInstructionSchema,
  SettlementOutcome,
  type SettlementResult,
} from '../../proto/gen/hub/v1/settlement_pb.js';

export const toInstruction = (
  instruction: ClearingInstruction,
): MessageInitShape<typeof SettlementInstructionSchema> => ({
  executionId: instruction.brokerExecutionId,
  symbol: instruction.symbol,
  side: Side[instruction.side],
  quantity: instruction.quantity,
  price: instruction.price,
  settlementDate: instruction.settlementDate,
});

/**
 * Throws a TypeError when the answer is not one result for each instruction, in their order: then
 * nothing is known.
 */
export function fromResults(
  instructions: readonly ClearingInstruction[],
  results: readonly SettlementResult[],
): ClearingResult[] {
  if (results.length !== instructions.length) {
    throw new TypeError(
      `${instructions.length} instructions were answered by ${results.length} results`,
    );
  }
  return instructions.map(({ brokerExecutionId }, index) =>
    fromResult(brokerExecutionId, results[index]),
  );
}

function fromResult(
  brokerExecutionId: string,
  result: SettlementResult | undefined,
): ClearingResult {
  if (result?.executionId !== brokerExecutionId)
    throw new TypeError(`the result of ${brokerExecutionId} is missing`);
  switch (result.outcome) {
    case SettlementOutcome.SETTLED:
      return { brokerExecutionId, outcome: 'SETTLED' };
    case SettlementOutcome.REJECTED:
      return { brokerExecutionId, outcome: 'REJECTED', reason: result.reason || 'REJECTED' };
    default:
      // UNSPECIFIED, or a value of a newer house: proto3 enums are open.
      throw new TypeError(`the clearing house told an unknown outcome: ${result.outcome}`);
  }
}
