import type { ServiceImpl } from '@connectrpc/connect';
import { PRICE_BOUNDS, parseDecimal, QUANTITY_BOUNDS } from '../domain/money/decimal.ts';
import { Side as ProtoSide } from '../proto/gen/hub/v1/broker_pb.js';
import {
  type ClearingService,
  type SettlementInstruction,
  SettlementOutcome,
} from '../proto/gen/hub/v1/settlement_pb.js';
import { type Answer, disturbCall, loseAnswer } from './call-outcome.ts';
import type { Faults } from './faults.ts';
import { MalformedRequest, readEnum, readMatching, readSymbol } from './proto-fields.ts';
import { readExecutionId } from './proto-mapping.ts';
import type { Instruction, Judgement } from './settle-instructions.ts';
import type { Venue } from './venue.ts';

const INSTRUCTIONS_MAX = 1_000;
const EXECUTION_ID = /^[\x21-\x7e]{1,128}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export interface ClearingServiceOptions {
  venue: Venue;
  faults: Faults | null;
  answer: Answer;
}

/**
 * ClearingService (hub/v1/settlement.proto): settles the instructions that match a trade of this
 * venue. INVALID_ARGUMENT for what is no instruction, UNAVAILABLE when nothing can be made durable
 * now; then nothing is settled.
 */
export function createClearingHandlers({
  venue,
  faults,
  answer,
}: ClearingServiceOptions): ServiceImpl<typeof ClearingService> {
  return {
    settleInstructions: ({ instructions }) =>
      answer('SettleInstructions', async () => {
        if (instructions.length > INSTRUCTIONS_MAX)
          throw new MalformedRequest(`at most ${INSTRUCTIONS_MAX} instructions`);
        const read = instructions.map((instruction) =>
          readInstruction(venue.venueId(), instruction),
        );
        const fault =
          faults?.take('SettleInstructions', [...new Set(read.map(({ symbol }) => symbol))]) ??
          null;
        await disturbCall(fault);
        const isRejected = ({ symbol }: Instruction): boolean =>
          fault?.mode === 'REJECT' && (fault.symbol === '' || fault.symbol === symbol);
        const judgements = (
          await venue.settle(read.filter((instruction) => !isRejected(instruction)))
        ).values();
        loseAnswer(fault);
        const results = read.map((instruction, place) => ({
          executionId: instructions[place]?.executionId ?? '',
          ...toResult(isRejected(instruction) ? 'REJECTED' : judgements.next().value),
        }));
        return { results };
      }),
  };
}

function readInstruction(venueId: string, instruction: SettlementInstruction): Instruction {
  return {
    sequence: readExecutionId(
      venueId,
      readMatching(instruction.executionId, EXECUTION_ID, 'execution_id'),
    ),
    symbol: readSymbol(instruction.symbol),
    side: readEnum(ProtoSide, instruction.side, 'side'),
    quantity: readPositive(instruction.quantity, QUANTITY_BOUNDS, 'quantity'),
    price: readPositive(instruction.price, PRICE_BOUNDS, 'price'),
    settlementDate: readDate(instruction.settlementDate),
  };
}

function readPositive(
  text: string,
  bounds: Parameters<typeof parseDecimal>[1],
  field: string,
): string {
  const parsed = parseDecimal(text, bounds);
  if (!parsed.ok || !parsed.value.greaterThan(0))
    throw new MalformedRequest(`${field} must be a positive decimal`);
  return text;
}

/**
 * Date.parse takes the 30th of February for the 2nd of March: the day must come back as it went in.
 */
function readDate(text: string): string {
  const date = new Date(`${readMatching(text, DATE, 'settlement_date')}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text))
    throw new MalformedRequest('settlement_date must be a date');
  return text;
}

function toResult(judgement: Judgement | 'REJECTED' | undefined) {
  if (judgement === undefined) throw new RangeError('an instruction was not judged');
  if (judgement === 'SETTLED') return { outcome: SettlementOutcome.SETTLED, reason: '' };
  return { outcome: SettlementOutcome.REJECTED, reason: judgement };
}
