import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import { createOrderStore } from '../../../adapters/postgres/orders/order-store.ts';
import { BrokerOutcomeUnknown } from '../../../contracts/broker-session/broker.ts';
import type { ReplaceTerms } from '../../../contracts/orders/order.ts';
import type { OrderStore } from '../../../contracts/orders/order-store.ts';
import type { Replacement } from '../../../contracts/orders/workflow-messages.ts';
import { createFundedAccount } from '../../support/accounts.ts';
import { readBooks } from '../../support/books.ts';
import { createOrderStepsRig, orderSubmission } from '../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../support/services.ts';

let database: Database;
let orders: OrderStore;

beforeAll(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 8,
    applicationName: 'test',
  });
  orders = createOrderStore(database);
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ')`;
});
afterAll(() => database?.close());

describe('a replacement', () => {
  const rest = async (cash = '100000.00') => {
    const { accountId } = await createFundedAccount(database.sql, { cash });
    const steps = createOrderStepsRig(orders);
    steps.venue.script('rest');
    const submission = orderSubmission(accountId, {
      type: 'LIMIT',
      limitPrice: '95.00',
      timeInForce: 'GTC',
    });
    await steps.executeOrder(submission, { askFirst: false, isReleased: false });
    const replacement = (terms: ReplaceTerms): Replacement => ({
      orderId: randomUUID(),
      terms,
      idempotency: null,
      requestedAt: new Date().toISOString(),
    });
    return { accountId, originalId: submission.orderId, replacement, ...steps };
  };
  const rowOf = async (id: string) =>
    (
      await database.sql`select status, quantity, replaces, replaced_by, reject_code from orders where id = ${id}`
    )[0];
  const holdOf = async (id: string) =>
    (await database.sql`select amount, remaining from holds where order_id = ${id}`)[0];

  it('takes the place of its original: one hold for what is left, and a workflow of its own', async () => {
    const { accountId, originalId, replacement, replaceAtBroker, started } = await rest();
    const next = replacement({ quantity: '12', limitPrice: '96.00' });
    expect(
      await replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: true }),
    ).toMatchObject({
      status: 'REPLACED',
      leavesQuantity: '0',
    });
    expect(await rowOf(originalId)).toMatchObject({
      status: 'REPLACED',
      replaced_by: next.orderId,
    });
    expect(await rowOf(next.orderId)).toMatchObject({
      status: 'PENDING_NEW',
      quantity: '12.00000000',
      replaces: originalId,
    });
    expect(await holdOf(originalId)).toMatchObject({ remaining: '0.00000000' });
    expect(await holdOf(next.orderId)).toMatchObject({
      amount: '1152.00000000',
      remaining: '1152.00000000',
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '1152.00',
      buyingPower: '98848.00',
      openHolds: 1,
    });
    expect(started).toEqual([next.orderId]);
    await replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: true });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '1152.00',
      buyingPower: '98848.00',
      openHolds: 1,
    });
  });

  it('holds the larger of the two while the venue has not spoken, and gives the rest back when it rejects', async () => {
    const { accountId, originalId, replacement, replaceAtBroker, venue } = await rest();
    const next = replacement({ limitPrice: '97.00' });
    venue.broker.replaceOrder = async () => {
      throw new BrokerOutcomeUnknown('the answer was lost');
    };
    await expect(
      replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: true }),
    ).rejects.toMatchObject({
      name: 'BrokerOutcomeUnknown',
    });
    expect(await rowOf(originalId)).toMatchObject({ status: 'PENDING_REPLACE' });
    expect(await readBooks(database.sql, accountId)).toMatchObject({ held: '970.00' });
    venue.broker.replaceOrder = async (id) => {
      const original = venue.orders.get(id);
      return original ? { accepted: false, original, replacement: null } : null;
    };
    expect(
      await replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: true }),
    ).toMatchObject({ status: 'NEW' });
    expect(await rowOf(next.orderId)).toMatchObject({
      status: 'REJECTED',
      reject_code: 'REPLACE_REJECTED',
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '950.00',
      buyingPower: '99050.00',
      openHolds: 1,
    });
  });

  describe('of a stop', () => {
    const trigger = { at: '2026-11-24T14:31:00.000Z', stopPrice: '218.59', waterMark: '241.54' };
    const triggerOf = async (id: string) =>
      (
        await database.sql`select triggered_at, current_stop_price, high_water_mark from orders where id = ${id}`
      )[0];

    it('that was reached has its trigger, and tells of it in the audit trail', async () => {
      const { originalId, replacement, replaceAtBroker, venue } = await rest();
      const next = replacement({ quantity: '2' });
      const { getOrder } = venue.broker;
      venue.broker.getOrder = async (id) => {
        const known = await getOrder(id);
        return known && { ...known, trigger };
      };
      await replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: true });
      expect(await triggerOf(next.orderId)).toMatchObject({
        current_stop_price: '218.59000000',
        high_water_mark: '241.54000000',
      });
      expect((await orders.readWorkingOrder(next.orderId))?.order).toMatchObject({
        triggeredAt: trigger.at,
        highWaterMark: '241.54',
      });
      const [event] =
        await database.sql`select details from audit_events where order_id = ${next.orderId} and action = 'REPLACEMENT_ACCEPTED'`;
      expect(event?.details).toMatchObject({ trigger });
    });

    it('that is reached by its own price leaves that to its own workflow', async () => {
      const { originalId, replacement, replaceAtBroker, venue } = await rest();
      const next = replacement({ quantity: '2' });
      const { getOrder } = venue.broker;
      venue.broker.getOrder = async (id) => {
        const known = await getOrder(id);
        const [first] = known?.reports ?? [];
        return known && first
          ? { ...known, trigger, reports: [first, { ...first, execType: 'TRIGGERED', trigger }] }
          : known;
      };
      await replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: true });
      expect(await triggerOf(next.orderId)).toMatchObject({
        triggered_at: null,
        high_water_mark: null,
      });
    });

    it('is rejected by the reason when the stop was reached before the venue heard of a new one', async () => {
      const { originalId, replacement, replaceAtBroker, venue } = await rest();
      const next = replacement({ limitPrice: '97.00', stopPrice: '97.00' });
      venue.broker.replaceOrder = async (id) => {
        const original = venue.orders.get(id);
        return original
          ? { accepted: false, original: { ...original, trigger }, replacement: null }
          : null;
      };
      expect(
        await replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: true }),
      ).toMatchObject({ status: 'NEW' });
      expect(await rowOf(next.orderId)).toMatchObject({
        status: 'REJECTED',
        reject_code: 'STOP_ALREADY_TRIGGERED',
      });
    });
  });

  it('needs buying power for what it holds beyond its original, and leaves the original alone without it', async () => {
    const { originalId, replacement, replaceAtBroker, accountId } = await rest('1000.00');
    const next = replacement({ quantity: '20' });
    expect(
      await replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: true }),
    ).toMatchObject({ status: 'NEW' });
    expect(await rowOf(next.orderId)).toMatchObject({
      status: 'REJECTED',
      reject_code: 'INSUFFICIENT_BUYING_POWER',
    });
    expect(await readBooks(database.sql, accountId)).toMatchObject({
      held: '950.00',
      buyingPower: '50.00',
      openHolds: 1,
    });
  });

  it('replaces an order that never reached the venue without asking it', async () => {
    const { originalId, replacement, replaceAtBroker, venue, started } = await rest();
    venue.orders.clear();
    const next = replacement({ limitPrice: '94.00' });
    expect(
      await replaceAtBroker(originalId, { replacement: next, mayBeAtBroker: false }),
    ).toMatchObject({ status: 'REPLACED' });
    expect(started).toEqual([next.orderId]);
    expect(await holdOf(next.orderId)).toMatchObject({ remaining: '940.00000000' });
  });
});
