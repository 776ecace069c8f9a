import type { SettlementCursor } from '../../contracts/settlement/settlement.ts';
import type { UnsettledInstruction } from '../../contracts/settlement/settlement-store.ts';

export interface Chunk {
  /** Whole groups: all that is due of an account on a date. */
  instructions: UnsettledInstruction[];
  /** Where the next chunk goes on. */
  cursor: SettlementCursor | null;
  isLast: boolean;
}

/**
 * Cuts what was read (one more than a chunk holds, by date and account) at the last group that is
 * whole, so that an account's trades of a date settle together. `TOO_LARGE`: the first group alone
 * is more than a chunk.
 */
export function cutChunk(
  read: readonly UnsettledInstruction[],
  after: SettlementCursor | null,
  sizeMax: number,
): Chunk | 'TOO_LARGE' {
  if (read.length <= sizeMax)
    return { instructions: [...read], cursor: cursorOf(read.at(-1)) ?? after, isLast: true };
  const beyond = cursorOf(read.at(-1));
  const instructions = read.filter((instruction) => !isOf(instruction, beyond));
  return instructions.length === 0
    ? 'TOO_LARGE'
    : { instructions, cursor: cursorOf(instructions.at(-1)), isLast: false };
}

function cursorOf(instruction: UnsettledInstruction | undefined): SettlementCursor | null {
  return instruction
    ? { settlementDate: instruction.settlementDate, accountId: instruction.accountId }
    : null;
}

const isOf = (instruction: UnsettledInstruction, group: SettlementCursor | null): boolean =>
  instruction.settlementDate === group?.settlementDate && instruction.accountId === group.accountId;
