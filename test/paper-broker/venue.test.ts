import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OrderTermsDiffer, VenueUnavailable } from '../../paper-broker/errors.ts';
import type { Report } from '../../paper-broker/order.ts';
import { streamReports } from '../../paper-broker/report-stream.ts';
import type { Venue, VenueOptions } from '../../paper-broker/venue.ts';
import { createEmptyDatabase } from '../support/services.ts';
import { limitTerms, quote, startVenue, terms } from './support/orders.ts';

const newDatabase = async (): Promise<string> => (await createEmptyDatabase()).url;

async function openVenue(databaseUrl: string, changes: Partial<VenueOptions> = {}) {
  const running = await startVenue(databaseUrl, changes);
  onTestFinished(running.stop);
  running.venue.onQuote(quote({ bidSize: '1000000', askSize: '1000000' }));
  return running;
}

async function readAll(venue: Venue, after = 0): Promise<Report[]> {
  const stop = new AbortController();
  const seen: Report[] = [];
  const last = venue.reports.lastSequence();
  if (last <= after) return seen;
  for await (const page of streamReports(venue, after, stop.signal)) {
    seen.push(...page);
    if ((seen.at(-1)?.sequence ?? 0) >= last) stop.abort();
  }
  return seen;
}

describe('placing', () => {
  it('fifty times at once is placing once, and all get the same answer', async () => {
    const { venue } = await openVenue(await newDatabase());
    const order = terms();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => venue.placeOrder(order, null)),
    );
    expect(answers[0]).toMatchObject({ status: 'FILLED', filledQuantity: '10' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await readAll(venue)).map((report) => report.execType)).toEqual(['NEW', 'TRADE']);
  });

  it('again under an id with other terms is rejected and changes nothing', async () => {
    const { venue } = await openVenue(await newDatabase());
    const order = limitTerms('90');
    await venue.placeOrder(order, null);
    await expect(venue.placeOrder({ ...order, quantity: '11' }, null)).rejects.toThrow(
      OrderTermsDiffer,
    );
    expect(venue.reports.lastSequence()).toBe(1);
  });

  it('a rejected order stays rejected', async () => {
    const { venue } = await openVenue(await newDatabase());
    const order = terms({ type: 'STOP', stopPrice: '101', timeInForce: 'IOC', quantity: 'ten' });
    const first = await venue.placeOrder(order, null);
    expect(first).toMatchObject({ status: 'REJECTED', rejectCode: 'UNSUPPORTED_ORDER_TYPE' });
    expect(await venue.placeOrder(order, null)).toEqual(first);
    expect(await venue.getOrder(order.clientOrderId)).toEqual(first);
  });

  it('marks the reports that were in an answer, and only them', async () => {
    const { venue } = await openVenue(await newDatabase());
    const order = await venue.placeOrder(limitTerms('99'), null);
    venue.onQuote(quote({ bid: '98.98', ask: '99', askSize: '4' }));
    await venue.cancelOrder(order.terms.clientOrderId);
    const reports = await readAll(venue);
    expect(reports.map((report) => [report.execType, report.inAnswer])).toEqual([
      ['NEW', true],
      ['TRADE', false],
      ['CANCELED', true],
    ]);
  });

  it('asks the source before it calls a symbol unknown', async () => {
    const asked: string[] = [];
    const findQuote = async (symbol: string) => {
      asked.push(symbol);
      return symbol === 'MSFT' ? quote({ symbol }) : null;
    };
    const { venue } = await openVenue(await newDatabase(), { findQuote });
    expect(await venue.placeOrder(terms({ symbol: 'MSFT' }), null)).toMatchObject({
      status: 'FILLED',
    });
    expect(await venue.placeOrder(terms({ symbol: 'NOPE' }), null)).toMatchObject({
      rejectCode: 'UNKNOWN_SYMBOL',
    });
    expect(asked).toEqual(['MSFT', 'NOPE']);
  });

  it('does nothing while there is no quote, or only one that is too old', async () => {
    const running = await startVenue(await newDatabase());
    onTestFinished(running.stop);
    await expect(running.venue.placeOrder(terms(), null)).rejects.toThrow(VenueUnavailable);
    expect(running.venue.isReady()).toBe(false);
    running.venue.onQuote(quote({ timeMs: Date.now() - 700_000 }));
    await expect(running.venue.placeOrder(terms(), null)).rejects.toThrow(/too old/);
    expect(running.venue.reports.lastSequence()).toBe(0);
  });
});

describe('canceling', () => {
  it('is accepted once; a closed order is told as it stands', async () => {
    const { venue } = await openVenue(await newDatabase());
    const { clientOrderId } = (await venue.placeOrder(limitTerms('90'), null)).terms;
    const answers = await Promise.all([
      venue.cancelOrder(clientOrderId),
      venue.cancelOrder(clientOrderId),
    ]);
    expect(answers.map((answer) => answer?.accepted)).toEqual([true, false]);
    for (const answer of answers) expect(answer?.order.status).toBe('CANCELED');
    expect(await venue.cancelOrder('no-such-order')).toBeNull();
  });

  it('against a fill has one winner, and every report agrees with it', async () => {
    const { venue } = await openVenue(await newDatabase());
    const orders = await Promise.all(
      Array.from({ length: 40 }, () => venue.placeOrder(limitTerms('99', { quantity: '1' }), null)),
    );
    const cancels = orders.map(({ terms: { clientOrderId } }, index) => {
      if (index === 20) venue.onQuote(quote({ bid: '98.98', ask: '99', askSize: '15' }));
      return venue.cancelOrder(clientOrderId);
    });
    const outcomes = await Promise.all(cancels);
    const filled = outcomes.filter((outcome) => outcome?.order.status === 'FILLED');
    expect(filled).toHaveLength(15);
    for (const outcome of outcomes) {
      expect(outcome?.accepted).toBe(outcome?.order.status === 'CANCELED');
      expect(outcome?.order.reports.at(-1)?.orderStatus).toBe(outcome?.order.status);
    }
  });
});

describe('an order with an end', () => {
  it('expires by itself', async () => {
    const { venue } = await openVenue(await newDatabase());
    const { clientOrderId } = (
      await venue.placeOrder(limitTerms('90', { expiresAtMs: Date.now() + 150 }), null)
    ).terms;
    await vi.waitFor(
      async () => expect(await venue.getOrder(clientOrderId)).toMatchObject({ status: 'EXPIRED' }),
      { timeout: 10_000 },
    );
  });

  it('expires also when its end comes while the venue is not running', async () => {
    const url = await newDatabase();
    const first = await startVenue(url);
    first.venue.onQuote(quote());
    const { clientOrderId } = (
      await first.venue.placeOrder(limitTerms('90', { expiresAtMs: Date.now() + 50 }), null)
    ).terms;
    await first.stop();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const { venue } = await openVenue(url);
    expect(await venue.getOrder(clientOrderId)).toMatchObject({ status: 'EXPIRED' });
  });
});

describe('after a restart', () => {
  it('closed orders, open orders and the numbers are as before', async () => {
    const url = await newDatabase();
    const first = await startVenue(url);
    const known = quote({ askSize: '12' });
    first.venue.onQuote(known);
    const closed = await first.venue.placeOrder(terms({ quantity: '10' }), null);
    const open = await first.venue.placeOrder(limitTerms('99.5', { quantity: '3.25' }), null);
    const venueId = first.venue.venueId();
    await first.stop();

    const second = await startVenue(url);
    onTestFinished(second.stop);
    second.venue.onQuote(known);
    expect(second.venue.venueId()).toBe(venueId);
    expect(await second.venue.placeOrder(closed.terms, null)).toEqual(closed);
    expect(await second.venue.getOrder(open.terms.clientOrderId)).toEqual(open);
    // Only 2 of the known quote's 12 shares are left.
    expect(await second.venue.placeOrder(terms({ timeInForce: 'IOC' }), null)).toMatchObject({
      filledQuantity: '2',
      status: 'CANCELED',
    });
    expect((await readAll(second.venue)).map((report) => report.sequence)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  it('another database has another venue id', async () => {
    const first = await openVenue(await newDatabase());
    const second = await openVenue(await newDatabase());
    expect(first.venue.venueId()).not.toBe(second.venue.venueId());
  });

  it('a process whose database was taken over cannot write any more', async () => {
    const url = await newDatabase();
    const onFenced = vi.fn();
    const old = await openVenue(url, { onFenced });
    await old.venue.placeOrder(terms(), null);
    const { venue } = await openVenue(url);
    await expect(old.venue.placeOrder(terms(), null)).rejects.toThrow(VenueUnavailable);
    expect(onFenced).toHaveBeenCalledOnce();
    await venue.placeOrder(terms(), null);
    expect((await readAll(venue)).map((report) => report.sequence)).toEqual([1, 2, 3, 4]);
  });
});

describe('a stream', () => {
  it('tells a report only when it is durable, in order and once', async () => {
    const { venue, store } = await openVenue(await newDatabase());
    const stop = new AbortController();
    const seen: Report[] = [];
    const reading = (async () => {
      for await (const page of streamReports(venue, 0, stop.signal)) {
        const newest = page.at(-1)?.sequence ?? 0;
        expect(await store.reportsAfter(newest - 1, 1)).toEqual(page.slice(-1));
        seen.push(...page);
        if (newest >= 200) stop.abort();
      }
    })();
    await Promise.all(
      Array.from({ length: 100 }, () => venue.placeOrder(terms({ quantity: '1' }), null)),
    );
    await reading;
    expect(seen.map((report) => report.sequence)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  });
});
