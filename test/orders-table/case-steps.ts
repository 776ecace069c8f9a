import { expect } from 'vitest';
import type { OrderStatus } from '../../domain/orders/order.ts';
import type { FundedAccount } from '../support/accounts.ts';
import { type tue, wed } from './market-time.ts';
import type { OperatorWord } from './outcomes.ts';
import type { TableRig } from './rig.ts';
import { type Course, type Prices, type Row, termsOf } from './rows.ts';
import { until } from './until.ts';

/** A case while it is played. */
export interface Play {
  rig: TableRig;
  account: FundedAccount;
  row: Row;
  course: Course;
  word: OperatorWord | null;
}

/** A time of one of the days at the market. */
export type Day = typeof tue;

/** More than any order here asks for. */
export const PLENTY = '1000';
const OPERATOR = { operator: 'user/olga', reason: 'the venue does not answer' };

export const sized = ({ bid, ask, last }: Prices, size: string = PLENTY) => ({
  bid,
  ask,
  last,
  bidSize: size,
  askSize: size,
});

/** Submits the order on a quote; returns its id. */
export async function submitOn(
  { rig, account, row }: Play,
  prices: Prices,
  size: string = PLENTY,
): Promise<string> {
  await rig.quote(sized(prices, size));
  return rig.submit(account, termsOf(row));
}

/** Brings an order to its stop, and trades it there. */
export async function trigger(
  { rig, course }: Play,
  orderId: string,
  day: Day,
  size: string,
): Promise<void> {
  await untilThere(rig);
  if (rig.venue().mood === 'ANSWERING') await untilStatus(rig, orderId, 'NEW');
  await rig.advanceTo(day('10:05'));
  if (course.approach) await rig.quote(sized(course.approach));
  await rig.advanceTo(day('10:10'));
  await rig.quote(sized(course.trades[0], size));
}

/** Fills the second part and the rest, each once the part before is booked. */
export async function tradeOn({ rig, course }: Play, orderId: string, day: Day): Promise<void> {
  await untilFilled(rig, orderId, '4');
  await expectHold(rig, orderId);
  await rig.advanceTo(day('10:20'));
  await rig.quote(sized(course.trades[1], '3'));
  await untilFilled(rig, orderId, '7');
  await expectHold(rig, orderId);
  await rig.advanceTo(day('10:30'));
  await rig.quote(sized(course.trades[2]));
}

/** Of OPG the only one left this week; of CLS each day's. */
export const cutoffOf = ({ row }: Play, day: Day): number =>
  row.timeInForce === 'OPG' ? wed('09:28') : day('15:50');

/**
 * The order is held until its cutoff and at the venue from then on; the prices are those of its
 * auction.
 */
export async function holdAuction(
  play: Play,
  orderId: string,
  day: Day,
  prices: Prices,
  size: string = PLENTY,
): Promise<void> {
  const { rig, row } = play;
  await rig.advanceTo(cutoffOf(play, day) - 2_000);
  await expectWaiting(rig, orderId);
  await rig.advanceTo(cutoffOf(play, day));
  await untilThere(rig);
  await rig.advanceTo(row.timeInForce === 'OPG' ? wed('09:30') : day('15:59'));
  await rig.quote(sized(prices, size));
  if (row.timeInForce === 'CLS') await rig.advanceTo(day('16:00'));
}

/** The operator ends the order. */
export async function sayWord(
  { rig, word }: Pick<Play, 'rig' | 'word'>,
  orderId: string,
): Promise<void> {
  await rig.time.refresh();
  const said =
    word === 'fail'
      ? rig.workflows.failOrder(orderId, orderId, OPERATOR)
      : rig.workflows.cancelOrder(orderId, orderId, OPERATOR);
  expect(await said).toBe('DONE');
}

export async function untilThere(rig: TableRig): Promise<void> {
  await until(
    () => rig.venue().ordersThere().length,
    (count) => count === 1,
    'the venue has the order',
  );
}

export async function untilStatus(
  rig: TableRig,
  orderId: string,
  status: OrderStatus,
): Promise<void> {
  await until(
    () => rig.read(orderId),
    ({ order }) => order.status === status,
    `the order is ${status}`,
  );
}

async function untilFilled(rig: TableRig, orderId: string, quantity: string): Promise<void> {
  await until(
    () => rig.read(orderId),
    ({ order }) => order.filledQuantity === quantity,
    `${quantity} shares are filled`,
  );
}

/** An open order has something set aside. */
export async function expectHold(rig: TableRig, orderId: string): Promise<void> {
  const { hold } = await rig.read(orderId);
  expect(Number(hold?.remaining)).toBeGreaterThan(0);
}

/** It is accepted and holds all that it needs, and the venue has not heard of it. */
export async function expectWaiting(rig: TableRig, orderId: string): Promise<void> {
  const { order, hold } = await rig.read(orderId);
  expect(order.status).toBe('PENDING_NEW');
  expect(hold?.remaining).toBe(hold?.amount);
  expect(rig.venue().ordersThere()).toEqual([]);
}

export async function expectSuspended(rig: TableRig, orderId: string): Promise<void> {
  await untilStatus(rig, orderId, 'SUSPENDED');
  await expectHold(rig, orderId);
  await until(() => rig.needsAttention(orderId), Boolean, 'the order needs attention');
}
