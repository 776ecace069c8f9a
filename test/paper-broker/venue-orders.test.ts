import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OrderTermsDiffer } from '../../paper-broker/errors.ts';
import type { OrderTerms } from '../../paper-broker/order.ts';
import { createEmptyDatabase } from '../support/services.ts';
import {
  limitTerms,
  type QuoteNumbers,
  quote,
  type RunningVenue,
  startVenue,
  terms,
} from './support/orders.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

const newDatabase = async (): Promise<string> => (await createEmptyDatabase()).url;

/** `nowMs` stops the venue's clock there. */
async function openVenue(
  databaseUrl: string,
  numbers: QuoteNumbers = {},
  nowMs?: number,
): Promise<RunningVenue['venue']> {
  const running = await startVenue(databaseUrl, nowMs === undefined ? {} : { now: () => nowMs });
  onTestFinished(running.stop);
  running.venue.onQuote(quote(numbers));
  return running.venue;
}

const trailing: Partial<OrderTerms> = { type: 'TRAILING_STOP', trailPercent: '1', side: 'SELL' };

describe('a stop, after another process took the database over', () => {
  it('is triggered still, though the market came back', async () => {
    const url = await newDatabase();
    const first = await openVenue(url, { last: '100' });
    const order = await first.placeOrder(
      terms({ type: 'STOP', stopPrice: '101', protectionPrice: '100' }),
      null,
    );
    expect(order.triggeredAtMs).toBeNull();
    first.onQuote(quote({ last: '101', ask: '101' }));
    // What an answer tells is durable, and the trigger is one thing that it tells.
    const triggered = await first.getOrder(order.terms.clientOrderId);
    expect(triggered).toMatchObject({ triggeredAtMs: expect.any(Number), status: 'NEW' });

    const second = await openVenue(url, { last: '99', ask: '100.01' });
    expect(await second.getOrder(order.terms.clientOrderId)).toEqual(triggered);
    second.onQuote(quote({ last: '99', ask: '100' }));
    expect(await second.getOrder(order.terms.clientOrderId)).toMatchObject({ status: 'FILLED' });
  });

  it('trails from the mark that was told last', async () => {
    const url = await newDatabase();
    const first = await openVenue(url, { last: '100' });
    const { clientOrderId } = (
      await first.placeOrder(terms({ ...trailing, quantity: '150' }), null)
    ).terms;
    first.onQuote(quote({ last: '110' }));
    expect(await first.getOrder(clientOrderId)).toMatchObject({
      waterMark: '110',
      triggeredAtMs: null,
    });

    const second = await openVenue(url, { last: '108.91' });
    expect(await second.getOrder(clientOrderId)).toMatchObject({
      waterMark: '110',
      triggeredAtMs: null,
      status: 'NEW',
    });
    second.onQuote(quote({ last: '108.90' }));
    expect(await second.getOrder(clientOrderId)).toMatchObject({
      waterMark: '110',
      triggeredAtMs: expect.any(Number),
      status: 'PARTIALLY_FILLED',
    });
  });

  it('has its mark written though nobody asks and nothing else happens', async () => {
    const url = await newDatabase();
    const { venue, store } = await startVenue(url).then((running) => {
      onTestFinished(running.stop);
      return running;
    });
    venue.onQuote(quote({ last: '100' }));
    const { clientOrderId } = (await venue.placeOrder(terms(trailing), null)).terms;
    for (let cents = 1; cents <= 50; cents += 1)
      venue.onQuote(quote({ last: (100 + cents / 100).toFixed(2) }));
    await vi.waitFor(
      async () => expect((await store.findOrders([clientOrderId]))[0]?.waterMark).toBe('100.5'),
      PATIENCE,
    );
  });
});

describe('an auction', () => {
  it('is held by the clock, and what does not trade is canceled', async () => {
    const venue = await openVenue(await newDatabase(), { askSize: '6' });
    const auctionAtMs = Date.now() + 1_500;
    const { clientOrderId } = (
      await venue.placeOrder(terms({ timeInForce: 'CLS', auctionAtMs }), null)
    ).terms;
    await vi.waitFor(
      async () => expect(await venue.getOrder(clientOrderId)).toMatchObject({ status: 'CANCELED' }),
      PATIENCE,
    );
    expect(await venue.getOrder(clientOrderId)).toMatchObject({
      filledQuantity: '6',
      rejectCode: 'AUCTION_REMAINDER_CANCELED',
    });
  });

  it('that was missed while the venue was away ends at its start', async () => {
    const url = await newDatabase();
    const startMs = Date.now();
    const first = await openVenue(url, {}, startMs);
    const order = terms({ timeInForce: 'CLS', auctionAtMs: startMs + 1_000 });
    expect(await first.placeOrder(order, null)).toMatchObject({ status: 'NEW', terms: order });
    const second = await openVenue(url, { timeMs: startMs + 1_900 }, startMs + 2_000);
    expect(await second.getOrder(order.clientOrderId)).toMatchObject({
      status: 'CANCELED',
      filledQuantity: '0',
    });
  });

  it('opens with the first quote after its time, also in another process', async () => {
    const url = await newDatabase();
    const startMs = Date.now();
    const first = await openVenue(url, {}, startMs);
    const order = terms({ timeInForce: 'OPG', auctionAtMs: startMs + 1_000 });
    await first.placeOrder(order, null);
    const second = await openVenue(url, { timeMs: startMs + 900 }, startMs + 2_000);
    expect(await second.getOrder(order.clientOrderId)).toMatchObject({ status: 'NEW' });
    second.onQuote(quote({ ask: '99', timeMs: startMs + 1_900 }));
    expect((await second.getOrder(order.clientOrderId))?.reports[1]).toMatchObject({
      execType: 'TRADE',
      lastPrice: '99',
    });
  });
});

describe('replacing', () => {
  it('again is answered the same, also by another process; with other terms it is rejected', async () => {
    const url = await newDatabase();
    const first = await openVenue(url);
    const original = limitTerms('99', { quantity: '10' });
    const replacement = limitTerms('98', { quantity: '15' });
    await first.placeOrder(original, null);
    first.onQuote(quote({ bid: '98.98', ask: '99', askSize: '4' }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        first.replaceOrder(original.clientOrderId, replacement, false),
      ),
    );
    expect(answers[0]).toMatchObject({
      accepted: true,
      original: { status: 'REPLACED', filledQuantity: '4', leavesQuantity: '0' },
      replacement: {
        status: 'NEW',
        quantity: '11',
        leavesQuantity: '11',
        replaces: original.clientOrderId,
      },
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(first.reports.lastSequence()).toBe(4);

    const second = await openVenue(url);
    expect(await second.replaceOrder(original.clientOrderId, replacement, false)).toEqual(
      answers[0],
    );
    const other = second.replaceOrder(
      original.clientOrderId,
      { ...replacement, quantity: '16' },
      false,
    );
    await expect(other).rejects.toThrow(OrderTermsDiffer);
    await expect(second.placeOrder({ ...replacement, quantity: '11' }, null)).rejects.toThrow(
      OrderTermsDiffer,
    );
  });

  it('under the id of an order that replaced nothing, or another, is rejected', async () => {
    const venue = await openVenue(await newDatabase());
    const [a, b, c] = [limitTerms('90'), limitTerms('90'), limitTerms('91')];
    await venue.placeOrder(a, null);
    await venue.placeOrder(b, null);
    await expect(venue.replaceOrder(a.clientOrderId, b, false)).rejects.toThrow(OrderTermsDiffer);
    await venue.replaceOrder(a.clientOrderId, c, false);
    await expect(venue.replaceOrder(b.clientOrderId, c, false)).rejects.toThrow(OrderTermsDiffer);
    expect(await venue.getOrder(b.clientOrderId)).toMatchObject({ status: 'NEW' });
  });

  it('of an unknown order is unknown, and nothing is remembered of what was not accepted', async () => {
    const venue = await openVenue(await newDatabase());
    const replacement = limitTerms('91');
    expect(await venue.replaceOrder('nobody', replacement, false)).toBeNull();
    const original = await venue.placeOrder(limitTerms('90'), null);
    const id = original.terms.clientOrderId;
    for (const [asked, isRejected] of [
      [replacement, true],
      [limitTerms('-1'), false],
    ] as const) {
      expect(await venue.replaceOrder(id, asked, isRejected)).toEqual({
        accepted: false,
        original,
        replacement: null,
      });
      expect(await venue.getOrder(asked.clientOrderId)).toBeNull();
    }
    expect(venue.reports.lastSequence()).toBe(1);
    expect(await venue.replaceOrder(id, replacement, false)).toMatchObject({ accepted: true });
  });

  it('and then canceling the original cancels nothing, canceling the replacement does', async () => {
    const venue = await openVenue(await newDatabase());
    const [original, replacement] = [limitTerms('90'), limitTerms('91')];
    await venue.placeOrder(original, null);
    await venue.replaceOrder(original.clientOrderId, replacement, false);
    expect(await venue.cancelOrder(original.clientOrderId)).toMatchObject({
      accepted: false,
      order: { status: 'REPLACED' },
    });
    expect(await venue.cancelOrder(replacement.clientOrderId)).toMatchObject({
      accepted: true,
      order: { status: 'CANCELED' },
    });
    const late = await venue.replaceOrder(original.clientOrderId, limitTerms('92'), false);
    expect(late).toMatchObject({
      accepted: false,
      original: { status: 'REPLACED' },
      replacement: null,
    });
  });

  it('against fills has one winner each, and no share is traded twice', async () => {
    const venue = await openVenue(await newDatabase());
    const originals = await Promise.all(
      Array.from({ length: 40 }, () => venue.placeOrder(limitTerms('99', { quantity: '1' }), null)),
    );
    const outcomes = await Promise.all(
      originals.map(({ terms: { clientOrderId } }, index) => {
        if (index === 20) venue.onQuote(quote({ bid: '98.98', ask: '99', askSize: '12.5' }));
        return venue.replaceOrder(clientOrderId, limitTerms('98', { quantity: '1' }), false);
      }),
    );
    let replaced = 0;
    for (const outcome of outcomes) {
      const { accepted, original, replacement } = outcome ?? {};
      expect(accepted).toBe(original?.status === 'REPLACED');
      if (!accepted) {
        expect([original?.status, replacement]).toEqual(['FILLED', null]);
        continue;
      }
      replaced += 1;
      expect(Number(original?.filledQuantity) + Number(replacement?.leavesQuantity)).toBe(1);
    }
    expect(replaced).toBe(28);
  });
});
