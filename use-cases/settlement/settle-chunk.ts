import type {
  ChunkResult,
  OpenedRun,
  SettlementCursor,
} from '../../contracts/settlement/settlement.ts';
import type {
  SettlementStore,
  SettlementWorkflows,
  UnsettledInstruction,
} from '../../contracts/settlement/settlement-store.ts';
import { formatCash } from '../../domain/money/decimal.ts';
import { SIDES_IN_SETTLEMENT_ORDER } from '../../domain/settlement/decide-settlement.ts';
import { type ClearAndWriteDeps, cashOf, clearAndWrite } from './clear-and-write.ts';
import { type Chunk, cutChunk } from './cut-chunk.ts';
import { startRepairs } from './repairs.ts';

export interface SettleChunkDeps extends ClearAndWriteDeps {
  settlements: SettlementStore;
  workflows: Pick<SettlementWorkflows, 'startRepair'>;
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
 * Settles the next chunk of what is due: whole accounts of a date together, in the order of dates.
 * Of an account that has more than a chunk holds, sales come before purchases, chunk by chunk under
 * the same cursor. What has left PENDING is not read again, so that every chunk makes headway, and
 * one that was cut off goes on where it was. What could not be settled gets its workflow.
 */
export async function settleChunk(
  deps: SettleChunkDeps,
  { opened, cursor }: ChunkRequest,
  onStage: (stage: ChunkStage) => void = () => {},
): Promise<ChunkResult> {
  onStage('READING');
  const chunk = await readChunk(deps, opened.asOfDate, cursor);
  onStage('CLEARING');
  const failed = await clearAndWrite(deps, chunk.instructions, {
    runId: opened.runId,
    onCleared: () => onStage('WRITING'),
  });
  onStage('STARTING_REPAIRS');
  await startRepairs(deps, chunk.instructions, failed);
  const failedIds = new Set(failed.map(({ executionId }) => executionId));
  const settled = chunk.instructions.filter(({ executionId }) => !failedIds.has(executionId));
  return {
    settled: settled.length,
    inRepair: failed.length,
    cashPaid: formatCash(cashOf(settled, 'BUY')),
    cashReceived: formatCash(cashOf(settled, 'SELL')),
    cursor: chunk.cursor,
    isLast: chunk.isLast,
  };
}

async function readChunk(
  { settlements }: SettleChunkDeps,
  asOfDate: string,
  cursor: SettlementCursor | null,
): Promise<Chunk> {
  const read = await settlements.listDue(asOfDate, cursor, CHUNK_SIZE_MAX + 1);
  const chunk = cutChunk(read, cursor, CHUNK_SIZE_MAX);
  if (chunk !== 'TOO_LARGE') return chunk;
  const [group] = read;
  if (!group) throw new Error('a group that is too large has instructions');
  const instructions: UnsettledInstruction[] = [];
  for (const side of SIDES_IN_SETTLEMENT_ORDER) {
    const room = CHUNK_SIZE_MAX - instructions.length;
    if (room > 0) instructions.push(...(await settlements.listDueOf(group, side, room)));
  }
  return { instructions, cursor, isLast: false };
}
