import type { BreakKind } from '../../contracts/executions/breaks.ts';
import type { OrderStatus, TimeInForce } from '../../domain/orders/order.ts';
import { day90, tue, wed } from './market-time.ts';
import { type Course, ROWS, type Row } from './rows.ts';

/** What happens to an order; how it is played is told in scenarios.ts. */
export const SCENARIOS = [
  'fills at once',
  'fills in parts',
  'never fills',
  'venue rejects',
  'venue unreachable',
  'answer lost',
  'market closed',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** What ends an order that nothing else would end. */
export type OperatorWord = 'fail' | 'cancel';

export type Part = keyof Course['fills'];
/** The day at the market on which a part is filled. */
export type Fill = `${Part} ${'Tue' | 'Wed'}`;

export interface Outcome {
  status: OrderStatus;
  rejectCode: string | null;
  fills: readonly Fill[];
  /**
   * The moment at the market at which it ended, where that does not depend on when somebody looks;
   * to the minute.
   */
  endsAt: number | null;
  /**
   * How its workflow completed, where that is not how the order stands in the end: a fill came to
   * light later.
   */
  workflow: { status: OrderStatus; breaks: readonly BreakKind[] } | null;
}

const ended = (
  status: OrderStatus,
  fills: readonly Fill[],
  endsAt: number | null = null,
): Outcome => ({
  status,
  rejectCode: null,
  fills,
  endsAt,
  workflow: null,
});
const rejected = (rejectCode: string): Outcome => ({ ...ended('REJECTED', []), rejectCode });
const afterwards = (workflowStatus: OrderStatus, outcome: Outcome): Outcome => ({
  ...outcome,
  workflow: { status: workflowStatus, breaks: ['LATE_FILL'] },
});

type Cell = Outcome | Record<OperatorWord, Outcome>;

const IN_PARTS: readonly Fill[] = ['FIRST Tue', 'SECOND Tue', 'REST Tue'];

/**
 * The table. Types differ in prices and quantities alone (rows.ts); what becomes of an order is a
 * matter of its time in force.
 */
const TABLE: Readonly<Record<Scenario, Readonly<Record<TimeInForce, Cell>>>> = {
  // Submitted on Tuesday at 10:00: OPG takes part in Wednesday's opening auction, CLS in Tuesday's
  // closing auction.
  'fills at once': {
    DAY: ended('FILLED', ['WHOLE Tue']),
    GTC: ended('FILLED', ['WHOLE Tue']),
    IOC: ended('FILLED', ['WHOLE Tue']),
    FOK: ended('FILLED', ['WHOLE Tue']),
    OPG: ended('FILLED', ['WHOLE Wed'], wed('09:30')),
    CLS: ended('FILLED', ['WHOLE Tue'], tue('16:00')),
  },
  'fills in parts': {
    DAY: ended('FILLED', IN_PARTS),
    GTC: ended('FILLED', IN_PARTS),
    IOC: ended('CANCELED', ['FIRST Tue'], tue('10:00')),
    FOK: ended('CANCELED', [], tue('10:00')),
    OPG: ended('CANCELED', ['FIRST Wed'], wed('09:30')),
    CLS: ended('CANCELED', ['FIRST Tue'], tue('16:00')),
  },
  // GTC outlives the session: its client cancels it on Wednesday.
  'never fills': {
    DAY: ended('EXPIRED', [], tue('16:00')),
    GTC: ended('CANCELED', [], wed('10:00')),
    IOC: ended('CANCELED', [], tue('10:00')),
    FOK: ended('CANCELED', [], tue('10:00')),
    OPG: ended('CANCELED', [], wed('09:30')),
    CLS: ended('CANCELED', [], tue('16:00')),
  },
  'venue rejects': {
    DAY: rejected('BROKER_REJECTED'),
    GTC: rejected('BROKER_REJECTED'),
    IOC: rejected('BROKER_REJECTED'),
    FOK: rejected('BROKER_REJECTED'),
    OPG: rejected('BROKER_REJECTED'),
    CLS: rejected('BROKER_REJECTED'),
  },
  // No call ever arrives. GTC uses up its retries and is SUSPENDED, but still has an end of its
  // own.
  'venue unreachable': {
    DAY: ended('EXPIRED', [], tue('16:00')),
    GTC: ended('EXPIRED', [], day90('10:00')),
    IOC: ended('EXPIRED', [], tue('16:00')),
    FOK: ended('EXPIRED', [], tue('16:00')),
    OPG: ended('EXPIRED', [], wed('09:35')),
    CLS: ended('EXPIRED', [], tue('16:05')),
  },
  // The order arrives and fills in part (FOK whole), nobody hears of it for hours: an operator's
  // fail comes before that, a cancel after.
  'answer lost': {
    DAY: ended('EXPIRED', ['FIRST Tue'], tue('16:00')),
    GTC: ended('FILLED', ['FIRST Tue', 'SECOND Wed', 'REST Wed']),
    IOC: {
      fail: afterwards('CANCELED', ended('CANCELED', ['FIRST Tue'])),
      cancel: ended('CANCELED', ['FIRST Tue'], tue('10:00')),
    },
    FOK: {
      fail: afterwards('CANCELED', ended('FILLED', ['WHOLE Tue'])),
      cancel: ended('FILLED', ['WHOLE Tue'], tue('10:00')),
    },
    OPG: ended('CANCELED', ['FIRST Wed'], wed('09:30')),
    CLS: ended('CANCELED', ['FIRST Tue'], tue('16:00')),
  },
  // Submitted on Tuesday at 17:00.
  'market closed': {
    DAY: ended('FILLED', ['WHOLE Wed']),
    GTC: ended('FILLED', ['WHOLE Wed']),
    IOC: rejected('MARKET_CLOSED'),
    FOK: rejected('MARKET_CLOSED'),
    OPG: ended('FILLED', ['WHOLE Wed'], wed('09:30')),
    CLS: ended('FILLED', ['WHOLE Wed'], wed('16:00')),
  },
};

export interface TableCase {
  name: string;
  row: Row;
  scenario: Scenario;
  word: OperatorWord | null;
  outcome: Outcome;
}

/** Every cell of the table, those that an operator ends once for each of his words. */
export const CASES: readonly TableCase[] = SCENARIOS.flatMap((scenario) =>
  ROWS.flatMap((row) => casesOf(row, scenario)),
);

function casesOf(row: Row, scenario: Scenario): TableCase[] {
  const cell = TABLE[scenario][row.timeInForce];
  const order = `${row.side} ${row.type} ${row.timeInForce}${row.isNotional ? ' by notional' : ''}`;
  if ('status' in cell)
    return [
      { name: `${order}, ${scenario}: ${cell.status}`, row, scenario, word: null, outcome: cell },
    ];
  return (['fail', 'cancel'] as const).map((word) => {
    const outcome = cell[word];
    return {
      name: `${order}, ${scenario}, the operator's ${word}: ${outcome.status}`,
      row,
      scenario,
      word,
      outcome,
    };
  });
}
