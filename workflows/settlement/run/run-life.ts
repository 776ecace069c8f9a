import type { RetryWait } from '../../../contracts/orders/workflow-messages.ts';
import type {
  ChunkResult,
  OpenedRun,
  SettlementRunResult,
  SettlementRunStanding,
  SettlementRunState,
  SettlementTotals,
} from '../../../contracts/settlement/settlement.ts';
import { describeWait } from '../../retry/retry.ts';
import { addTotals, NOTHING_SETTLED } from './totals.ts';

/** What a run knows of itself between one chunk and the next. */
export class RunLife {
  opened: OpenedRun | null;
  cursor: SettlementRunState['cursor'];
  chunks: number;
  isDone = false;
  private readonly startedAtMs: number;
  private readonly chunksBefore: number;
  private totals: SettlementTotals;

  constructor(carried: SettlementRunState | null, nowMs: number) {
    this.opened = carried?.opened ?? null;
    this.cursor = carried?.cursor ?? null;
    this.chunks = carried?.chunks ?? 0;
    this.chunksBefore = this.chunks;
    this.startedAtMs = carried?.startedAtMs ?? nowMs;
    const { settled, inRepair, cashPaid, cashReceived } = carried ?? NOTHING_SETTLED;
    this.totals = { settled, inRepair, cashPaid, cashReceived };
  }

  get chunksHere(): number {
    return this.chunks - this.chunksBefore;
  }

  /** Opened again after a wait, the run keeps its name and what its totals are counted from. */
  open(opened: OpenedRun): OpenedRun {
    this.opened = this.opened === null ? opened : { ...this.opened, asOfDate: opened.asOfDate };
    return this.opened;
  }

  advance(chunk: ChunkResult): void {
    this.totals = addTotals(this.totals, chunk);
    this.cursor = chunk.cursor;
    this.chunks += 1;
    this.isDone = chunk.isLast;
  }

  carry(opened: OpenedRun): SettlementRunState {
    const { chunks, cursor, startedAtMs } = this;
    return { ...this.totals, opened, startedAtMs, chunks, cursor };
  }

  standing(waiting: RetryWait | null): SettlementRunStanding {
    return {
      ...this.totals,
      asOfDate: this.opened?.asOfDate ?? null,
      chunks: this.chunks,
      cursor: this.cursor,
      waiting,
    };
  }

  /** `totals` by the books: what is counted here misses what a killed attempt has settled. */
  result(opened: OpenedRun, totals: SettlementTotals, nowMs: number): SettlementRunResult {
    const seconds = (nowMs - this.startedAtMs) / 1_000;
    const instructionsPerSecond = seconds === 0 ? 0 : Math.round(totals.settled / seconds);
    return {
      ...totals,
      asOfDate: opened.asOfDate,
      chunks: this.chunks,
      seconds,
      instructionsPerSecond,
    };
  }

  /** What an operator reads at the top of the workflow's page, in Markdown. */
  describe(waiting: RetryWait | null): string {
    const wait = waiting === null ? [] : describeWait(waiting);
    if (this.opened === null) return ['**Settlement**, being opened', ...wait].join('\n');
    const { settled, inRepair, cashPaid, cashReceived } = this.totals;
    return [
      `**What is due on ${this.opened.asOfDate} or before**`,
      '',
      `- settled: ${settled} in ${this.chunks} chunk(s), paid ${cashPaid}, received ${cashReceived} USD`,
      `- put into repair: ${inRepair}`,
      ...wait,
    ].join('\n');
  }
}
