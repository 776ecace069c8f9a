import { expect } from 'vitest';
import { assertNever } from '../../domain/assert-never.ts';
import type { FundedAccount } from '../support/accounts.ts';
import {
  cutoffOf,
  expectHold,
  expectSuspended,
  expectWaiting,
  holdAuction,
  PLENTY,
  type Play,
  sayWord,
  sized,
  submitOn,
  tradeOn,
  trigger,
  untilStatus,
} from './case-steps.ts';
import { day90, tue, wed } from './market-time.ts';
import type { TableCase } from './outcomes.ts';
import type { TableRig } from './rig.ts';
import { courseOf, hasStop, OPENING, type Row } from './rows.ts';

/**
 * Plays a case up to where its order ends, or will end by itself within the present moment. Returns
 * the order's id.
 */
export function play(
  rig: TableRig,
  account: FundedAccount,
  { row, scenario, word }: TableCase,
): Promise<string> {
  const played: Play = { rig, account, row, course: courseOf(row), word };
  switch (scenario) {
    case 'fills at once':
      return playFills(played, PLENTY);
    case 'fills in parts':
      return playFills(played, '4');
    case 'never fills':
      return playNever(played);
    case 'venue rejects':
      return playRejected(played);
    case 'venue unreachable':
      return playUnreachable(played);
    case 'answer lost':
      return playAnswerLost(played);
    case 'market closed':
      return playClosed(played);
    default:
      return assertNever(scenario);
  }
}

const isForAuction = ({ timeInForce }: Row): boolean =>
  timeInForce === 'OPG' || timeInForce === 'CLS';
const rests = ({ timeInForce }: Row): boolean => timeInForce === 'DAY' || timeInForce === 'GTC';

async function playFills(played: Play, size: string): Promise<string> {
  const { rig, row, course } = played;
  await rig.begin(tue('10:00'));
  const tradesAtOnce = !isForAuction(row) && !hasStop(row);
  const orderId = await submitOn(
    played,
    tradesAtOnce ? course.trades[0] : OPENING,
    tradesAtOnce ? size : PLENTY,
  );
  if (isForAuction(row)) await holdAuction(played, orderId, tue, course.trades[0], size);
  if (hasStop(row)) await trigger(played, orderId, tue, size);
  if (rests(row) && size !== PLENTY) await tradeOn(played, orderId, tue);
  return orderId;
}

async function playNever(played: Play): Promise<string> {
  const { rig, row, course } = played;
  await rig.begin(tue('10:00'));
  const orderId = await submitOn(played, course.away, course.away.size);
  if (isForAuction(row)) await holdAuction(played, orderId, tue, course.away, course.away.size);
  if (!rests(row)) return orderId;
  await untilStatus(rig, orderId, 'NEW');
  await expectHold(rig, orderId);
  await rig.advanceTo(row.timeInForce === 'DAY' ? tue('16:00') : wed('10:00'));
  if (row.timeInForce === 'GTC')
    expect(await rig.workflows.cancelOrder(orderId, orderId)).toBe('DONE');
  return orderId;
}

async function playRejected(played: Play): Promise<string> {
  const { rig, row } = played;
  await rig.begin(tue('10:00'));
  rig.venue().mood = 'REJECTING';
  const orderId = await submitOn(played, OPENING);
  if (isForAuction(row)) await rig.advanceTo(cutoffOf(played, tue));
  return orderId;
}

async function playUnreachable(played: Play): Promise<string> {
  const { rig, row } = played;
  await rig.begin(tue('10:00'));
  rig.venue().mood = 'UNREACHABLE';
  const orderId = await submitOn(played, OPENING);
  switch (row.timeInForce) {
    case 'DAY':
    case 'IOC':
    case 'FOK':
      await rig.advanceTo(tue('16:00'));
      return orderId;
    case 'GTC':
      await rig.advanceTo(wed('10:00'));
      await expectSuspended(rig, orderId);
      await rig.advanceTo(day90('10:00'));
      return orderId;
    case 'OPG':
      await rig.advanceTo(wed('09:35'));
      return orderId;
    case 'CLS':
      await rig.advanceTo(tue('16:05'));
      return orderId;
    default:
      return assertNever(row.timeInForce);
  }
}

async function playAnswerLost(played: Play): Promise<string> {
  const { rig, row, course, word } = played;
  await rig.begin(tue('10:00'));
  rig.venue().mood = 'MUTE';
  const size = row.timeInForce === 'FOK' ? PLENTY : '4';
  const orderId = await submitOn(
    played,
    isForAuction(row) || hasStop(row) ? OPENING : course.trades[0],
    size,
  );
  if (hasStop(row)) await trigger(played, orderId, tue, size);
  switch (row.timeInForce) {
    case 'DAY':
      // Nobody tells the order what happened: it asks for itself when its time is over, and again
      // an hour later.
      await rig.advanceTo(tue('17:00'));
      await rig.comeBack({ withStream: false });
      await rig.advanceTo(tue('17:25'));
      return orderId;
    case 'GTC':
      await rig.advanceTo(wed('10:00'));
      await expectSuspended(rig, orderId);
      await rig.comeBack({ withStream: true });
      await untilStatus(rig, orderId, 'PARTIALLY_FILLED');
      await tradeOn(played, orderId, wed);
      return orderId;
    case 'IOC':
    case 'FOK':
      // It waits for its next attempt, at 17:20, which would be too late.
      await rig.advanceTo(tue('15:00'));
      if (word === 'cancel') await rig.comeBack({ withStream: false });
      await sayWord(played, orderId);
      return orderId;
    case 'OPG':
    case 'CLS':
      await holdAuction(played, orderId, tue, course.trades[0], size);
      await rig.advanceTo(row.timeInForce === 'OPG' ? wed('10:00') : tue('17:00'));
      await rig.comeBack({ withStream: true });
      return orderId;
    default:
      return assertNever(row.timeInForce);
  }
}

async function playClosed(played: Play): Promise<string> {
  const { rig, row, course } = played;
  await rig.begin(tue('17:00'));
  const orderId = await submitOn(played, OPENING);
  if (isForAuction(row)) await holdAuction(played, orderId, wed, course.trades[0]);
  if (!rests(row)) return orderId;
  await rig.advanceTo(wed('09:29:58'));
  await expectWaiting(rig, orderId);
  await rig.quote(sized(hasStop(row) ? OPENING : course.trades[0]));
  await rig.advanceTo(wed('09:30'));
  if (hasStop(row)) await trigger(played, orderId, wed, PLENTY);
  return orderId;
}
