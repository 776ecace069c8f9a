import { expect, it } from 'vitest';
import { SubmitOrderRequest } from '../../api/orders/schema.ts';
import { planOrders } from '../../chaos/plan-orders.ts';
import { LINKS, nameOf, PARTS, planTroubles } from '../../chaos/plan-troubles.ts';
import { seededRandom } from '../support/trading-load.ts';

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);

it('plans the same orders and the same troubles for the same seed, and others for another', () => {
  expect(planOrders(200, 24, seededRandom(7))).toEqual(planOrders(200, 24, seededRandom(7)));
  expect(planOrders(200, 24, seededRandom(7))).not.toEqual(planOrders(200, 24, seededRandom(8)));
  expect(planTroubles(7)).toEqual(planTroubles(7));
  expect(planTroubles(7)).not.toEqual(planTroubles(8));
});

it.each(SEEDS)('kills every part, and cuts and hangs links, with seed %i', (seed) => {
  const { mandatory } = planTroubles(seed);
  const names = mandatory.map(nameOf);
  for (const part of PARTS) expect(names).toContain(`kill ${part}`);
  expect(mandatory.filter(({ kind }) => kind === 'CUT').length).toBeGreaterThan(0);
  expect(mandatory.filter(({ kind }) => kind === 'HANG').length).toBeGreaterThan(0);
});

it('cuts and hangs every link in the course of the seeds', () => {
  const names = new Set(SEEDS.flatMap((seed) => planTroubles(seed).mandatory.map(nameOf)));
  for (const link of LINKS)
    expect([...names]).toEqual(expect.arrayContaining([`cut ${link}`, `hang ${link}`]));
});

it('sends orders of every type, side and persistence, some of which no one could take', () => {
  const orders = planOrders(2_000, 24, seededRandom(1));
  const taken = orders.filter(({ body }) => SubmitOrderRequest.safeParse(body).success);
  expect(taken.length).toBeGreaterThan(1_800);
  expect(taken.length).toBeLessThan(2_000);
  const kinds = (field: string) => [...new Set(taken.map(({ body }) => body[field]))].sort();
  expect(kinds('type')).toEqual(['LIMIT', 'MARKET', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP']);
  expect(kinds('timeInForce')).toEqual(['DAY', 'FOK', 'GTC', 'IOC']);
  expect(kinds('side')).toEqual(['BUY', 'SELL']);
  expect(new Set(orders.map(({ persistence }) => persistence)).size).toBe(3);
  expect(new Set(orders.map(({ followUp }) => followUp?.ask))).toEqual(
    new Set(['CANCEL', 'REPLACE', undefined]),
  );
});
