import { describe, expect, it } from 'vitest';
import { createFaults } from '../../paper-broker/faults.ts';

const fault = (changes: object = {}) => ({ mode: 'DOWN' as const, delayMs: 0, calls: 0, symbol: '', ...changes });

describe('a fault', () => {
  it('hits as many calls as was said, then none', () => {
    const faults = createFaults();
    faults.set(fault({ calls: 2 }));
    const hits = ['PlaceOrder', 'GetOrder', 'CancelOrder'].map((call) => faults.take(call as 'PlaceOrder', 'AAPL') !== null);
    expect(hits).toEqual([true, true, false]);
    expect(faults.isActive()).toBe(false);
  });

  it('without a number of calls lasts until it is changed', () => {
    const faults = createFaults();
    faults.set(fault());
    for (let call = 0; call < 100; call += 1) expect(faults.take('PlaceOrder', 'AAPL')).not.toBeNull();
    faults.set(fault({ mode: 'NONE' }));
    expect(faults.take('PlaceOrder', 'AAPL')).toBeNull();
  });

  it('with a symbol leaves the others alone and does not count them', () => {
    const faults = createFaults();
    faults.set(fault({ calls: 1, symbol: 'AAPL' }));
    expect(faults.take('PlaceOrder', 'MSFT')).toBeNull();
    expect(faults.take('GetOrder', null)).toBeNull();
    expect(faults.take('PlaceOrder', 'AAPL')).not.toBeNull();
  });

  it('REJECT hits placing alone', () => {
    const faults = createFaults();
    faults.set(fault({ mode: 'REJECT', calls: 1 }));
    expect(faults.take('GetOrder', 'AAPL')).toBeNull();
    expect(faults.take('PlaceOrder', 'AAPL')?.mode).toBe('REJECT');
  });
});
