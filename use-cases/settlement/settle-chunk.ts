import type { SettlementStore, SettlementWorkflows, UnsettledInstruction } from '../../contracts/ports/settlement.ts';
import type { ChunkResult, OpenedRun, SettlementCursor } from '../../contracts/settlement.ts';
import { Decimal, formatCash, ZERO } from '../../domain/money/decimal.ts';
import type { Side } from '../../domain/order/order.ts';
import type { ClearAndWrite } from './clear-and-write.ts';
import { type Chunk, cutChunk } from './cut-chunk.ts';
import { startRepairs } from './start-repairs.ts';

export interface SettleChunkDeps {
  settlements: SettlementStore;
  workflows: SettlementWorkflows;
  clearAndWrite: ClearAndWrite;
}

export interface ChunkRequest {
  opened: OpenedRun;
  cursor: SettlementCursor | null;
}

/** Where a chunk is: for the heartbeat. */
export type ChunkStage = 'READING' | 'CLEARING' | 'WRITING' | 'STARTING_REPAIRS';

/** Instructions a chunk: one call of the clearing house, one transaction of ours. */
export const CHUNK_SIZE_MAX = 500;

/**
 * Settles the next chunk of what is due: whole accounts of a date together, in the order of dates. Of an account that has more than a chunk holds,
 * sales come before purchases, chunk by chunk under the same cursor. What has left PENDING is not read again, so that every chunk
 * makes headway, and one that was cut off goes on where it was. What could not be settled gets its workflow.
 */
export function createSettleChunk({ settlements, workflows, clearAndWrite }: SettleChunkDeps) {
  return async function settleChunk(
    { opened, cursor }: ChunkRequest,
    onStage: (stage: ChunkStage) => void = () => {},
  ): Promise<ChunkResult> {
    onStage('READING');
    const chunk = await readChunk(opened.asOfDate, cursor);
    onStage('CLEARING');
    const failed = await clearAndWrite(chunk.instructions, opened.runId, () => onStage('WRITING'));
    onStage('STARTING_REPAIRS');
    await startRepairs(workflows, chunk.instructions, failed);
    const failedIds = new Set(failed.map(({ executionId }) => executionId));
    const settled = chunk.instructions.filter(({ executionId }) => !failedIds.has(executionId));
    return {
      settled: settled.length,
      inRepair: failed.length,
      cashPaid: cashOf(settled, 'BUY'),
      cashReceived: cashOf(settled, 'SELL'),
      cursor: chunk.cursor,
      isLast: chunk.isLast,
    };
  };

  async function readChunk(asOfDate: string, cursor: SettlementCursor | null): Promise<Chunk> {
    const read = await settlements.listDue(asOfDate, cursor, CHUNK_SIZE_MAX + 1);
    const chunk = cutChunk(read, cursor, CHUNK_SIZE_MAX);
    if (chunk !== 'TOO_LARGE') return chunk;
    const [first] = read;
    if (!first) throw new Error('a group that is too large has instructions');
    return { instructions: await settlements.listDueOf(first, CHUNK_SIZE_MAX), cursor, isLast: false };
  }
}

const cashOf = (instructions: readonly UnsettledInstruction[], side: Side): string =>
  formatCash(instructions.reduce((sum, instruction) => (instruction.side === side ? sum.plus(instruction.cash) : sum), new Decimal(ZERO)));
