import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { VenueUnavailable } from '../../paper-broker/errors.ts';
import type { OrderTerms, OrderView, Report } from '../../paper-broker/order.ts';
import { streamReports } from '../../paper-broker/report-stream.ts';
import type { Venue } from '../../paper-broker/venue.ts';
import { limitTerms, quote, startVenue, terms } from './support/orders.ts';
import { type PostgresCluster, startPostgresCluster } from './support/postgres-cluster.ts';

let cluster: PostgresCluster;
beforeAll(async () => {
  cluster = await startPostgresCluster();
});
afterAll(() => cluster?.destroy());

const PATIENCE = { timeout: 40_000, interval: 50 };

async function openVenue() {
  const url = await cluster.createDatabase(`venue_${randomUUID().replaceAll('-', '')}`);
  const running = await startVenue(url);
  onTestFinished(running.stop);
  running.venue.onQuote(quote({ bidSize: '1000000', askSize: '1000000' }));
  return { ...running, url };
}

/**
 * Places without a pause from several hands until stopped; keeps what was acknowledged and what was
 * sent.
 */
function startLoad(venue: Venue) {
  const sent: OrderTerms[] = [];
  const acknowledged: OrderView[] = [];
  let failures = 0;
  let isOver = false;
  const hand = async (): Promise<void> => {
    while (!isOver) {
      const order = sent.length % 3 === 0 ? limitTerms('90') : terms({ quantity: '1' });
      sent.push(order);
      try {
        acknowledged.push(await venue.placeOrder(order, null));
      } catch (error) {
        expect(error).toBeInstanceOf(VenueUnavailable);
        failures += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const hands = Array.from({ length: 8 }, hand);
  return {
    acknowledged,
    sent,
    failures: () => failures,
    async stop() {
      isOver = true;
      await Promise.all(hands);
    },
  };
}

async function readAll(venue: Venue): Promise<Report[]> {
  const stop = new AbortController();
  const seen: Report[] = [];
  const last = venue.reports.lastSequence();
  for await (const page of streamReports(venue, 0, stop.signal)) {
    seen.push(...page);
    if ((seen.at(-1)?.sequence ?? 0) >= last) stop.abort();
  }
  return seen;
}

/**
 * Memory and database tell the same of every order that was ever sent; nothing acknowledged is lost
 * and no number is missing.
 */
async function checkAgreement(
  venue: Venue,
  url: string,
  load: ReturnType<typeof startLoad>,
): Promise<void> {
  for (const order of load.acknowledged)
    expect(await venue.getOrder(order.terms.clientOrderId)).toEqual(order);
  const inMemory = await Promise.all(load.sent.map((order) => venue.getOrder(order.clientOrderId)));
  const streamed = await readAll(venue);
  expect(streamed.map((report) => report.sequence)).toEqual(streamed.map((_, index) => index + 1));
  expect(streamed).toEqual(
    inMemory.flatMap((order) => order?.reports ?? []).sort((a, b) => a.sequence - b.sequence),
  );

  const reader = await startVenue(url);
  try {
    const inDatabase = await Promise.all(
      load.sent.map((order) => reader.venue.getOrder(order.clientOrderId)),
    );
    expect(inDatabase).toEqual(inMemory);
  } finally {
    await reader.stop();
  }
}

describe('when Postgres goes away in mid-flight', () => {
  it('and crashes, no acknowledged order is lost and none appears that memory does not know', async () => {
    const { venue, url } = await openVenue();
    const load = startLoad(venue);
    for (let round = 0; round < 2; round += 1) {
      const before = load.acknowledged.length;
      await vi.waitFor(
        () => expect(load.acknowledged.length).toBeGreaterThan(before + 100),
        PATIENCE,
      );
      const failuresBefore = load.failures();
      await cluster.kill();
      await vi.waitFor(() => expect(load.failures()).toBeGreaterThan(failuresBefore), PATIENCE);
      await cluster.start();
      await vi.waitFor(() => expect(venue.isServing()).toBe(true), PATIENCE);
    }
    await load.stop();
    await checkAgreement(venue, url, load);
  });

  it('and hangs, calls fail, what was in flight is written or not, and memory follows', async () => {
    const { venue, url } = await openVenue();
    const resting = limitTerms('90');
    await venue.placeOrder(resting, null);
    const load = startLoad(venue);
    load.sent.push(resting);
    await vi.waitFor(() => expect(load.acknowledged.length).toBeGreaterThan(100), PATIENCE);
    await cluster.freeze();
    // All hands may just be looking orders up, and then nobody writes: a cancel of what memory
    // knows goes straight to the journal.
    const canceling = venue
      .cancelOrder(resting.clientOrderId)
      .catch((error: unknown) => expect(error).toBeInstanceOf(VenueUnavailable));
    await vi.waitFor(() => expect(venue.isServing()).toBe(false), PATIENCE);
    await cluster.thaw();
    const before = load.acknowledged.length;
    await canceling;
    await vi.waitFor(() => expect(load.acknowledged.length).toBeGreaterThan(before), PATIENCE);
    await load.stop();
    await checkAgreement(venue, url, load);
  });

  it('a stream goes on after it, with every report once', async () => {
    const { venue } = await openVenue();
    const stop = new AbortController();
    const seen: Report[] = [];
    const reading = (async () => {
      for await (const page of streamReports(venue, 0, stop.signal)) seen.push(...page);
    })();
    await venue.placeOrder(terms(), null);
    await cluster.kill();
    await expect(venue.placeOrder(terms(), null)).rejects.toThrow(VenueUnavailable);
    await cluster.start();
    await vi.waitFor(() => expect(venue.isServing()).toBe(true), PATIENCE);
    await venue.placeOrder(terms(), null);
    await vi.waitFor(() => expect(seen).toHaveLength(venue.reports.lastSequence()), PATIENCE);
    stop.abort();
    await reading;
    expect(seen.map((report) => report.sequence)).toEqual(seen.map((_, index) => index + 1));
  });

  it('fills that were lost with it happen again from the market as it is then', async () => {
    const { venue } = await openVenue();
    const resting = await venue.placeOrder(limitTerms('99'), null);
    await cluster.kill();
    venue.onQuote(quote({ bid: '98.98', ask: '99', askSize: '10' }));
    await vi.waitFor(() => expect(venue.isServing()).toBe(false), PATIENCE);
    await cluster.start();
    await vi.waitFor(
      async () =>
        expect(await venue.getOrder(resting.terms.clientOrderId)).toMatchObject({
          status: 'FILLED',
        }),
      PATIENCE,
    );
    const order = await venue.getOrder(resting.terms.clientOrderId);
    expect(order?.reports.map((report) => [report.sequence, report.execType])).toEqual([
      [1, 'NEW'],
      [2, 'TRADE'],
    ]);
    // The quote's ten shares went to it, once.
    expect(await venue.placeOrder(limitTerms('99', { timeInForce: 'IOC' }), null)).toMatchObject({
      filledQuantity: '0',
    });
  });

  it('a stop whose trigger was lost with it is triggered by the market as it is then, or not at all', async () => {
    const { venue } = await openVenue();
    const [lost, again] = await Promise.all(
      ['102', '101'].map((stopPrice) =>
        venue.placeOrder(terms({ type: 'STOP', stopPrice, protectionPrice: '100' }), null),
      ),
    );
    if (!lost || !again) throw new Error('not placed');
    await cluster.kill();
    venue.onQuote(quote({ last: '103' }));
    await vi.waitFor(() => expect(venue.isServing()).toBe(false), PATIENCE);
    venue.onQuote(quote({ last: '101.50' }));
    await cluster.start();
    await vi.waitFor(
      async () =>
        expect(await venue.getOrder(again.terms.clientOrderId)).toMatchObject({
          triggeredAtMs: expect.any(Number),
        }),
      PATIENCE,
    );
    expect(await venue.getOrder(lost.terms.clientOrderId)).toEqual(lost);
  });
});
