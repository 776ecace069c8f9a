import { describe, expect, it } from 'vitest';
import { TIMES_IN_FORCE } from '../../../domain/order/order.ts';
import { expiryOf } from '../../../domain/order/time-in-force.ts';

const session = { opensAt: Date.parse('2026-11-24T14:30:00Z'), closesAt: Date.parse('2026-11-24T21:00:00Z') };
const acceptedAt = Date.parse('2026-11-24T15:00:00.123Z');

describe('expiryOf', () => {
  it('ends a DAY order with its session', () => {
    expect(expiryOf('DAY', acceptedAt, session)).toBe(session.closesAt);
  });

  it('ends a GTC order 90 days after it was accepted, to the millisecond', () => {
    expect(new Date(expiryOf('GTC', acceptedAt, session) ?? 0).toISOString()).toBe('2027-02-22T15:00:00.123Z');
  });

  it('leaves every other order to the venue', () => {
    const others = TIMES_IN_FORCE.filter((timeInForce) => timeInForce !== 'DAY' && timeInForce !== 'GTC');
    expect(others).toEqual(['IOC', 'FOK', 'OPG', 'CLS']);
    for (const timeInForce of others) expect(expiryOf(timeInForce, acceptedAt, session)).toBeNull();
  });
});
