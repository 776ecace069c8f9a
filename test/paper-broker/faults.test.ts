import { describe, expect, it } from 'vitest';
import {
  createFaults,
  type Fault,
  type FaultableCall,
  isMeaningful,
} from '../../paper-broker/faults.ts';

const fault = (changes: Partial<Fault> = {}): Fault => ({
  mode: 'DOWN',
  delayMs: 0,
  calls: 0,
  symbol: '',
  target: null,
  ...changes,
});
const CALLS: FaultableCall[] = [
  'PlaceOrder',
  'CancelOrder',
  'ReplaceOrder',
  'GetOrder',
  'SettleInstructions',
];

describe('a fault', () => {
  it('hits as many calls as was said, then none', () => {
    const faults = createFaults();
    faults.set(fault({ calls: 2 }));
    const hits = (['PlaceOrder', 'GetOrder', 'CancelOrder'] as const).map(
      (call) => faults.take(call, ['AAPL']) !== null,
    );
    expect(hits).toEqual([true, true, false]);
    expect(faults.isActive()).toBe(false);
  });

  it('without a number of calls lasts until it is changed', () => {
    const faults = createFaults();
    faults.set(fault());
    for (let call = 0; call < 100; call += 1)
      expect(faults.take('PlaceOrder', ['AAPL'])).not.toBeNull();
    faults.set(fault({ mode: 'NONE' }));
    expect(faults.take('PlaceOrder', ['AAPL'])).toBeNull();
  });

  it('with a symbol leaves the others alone and does not count them', () => {
    const faults = createFaults();
    faults.set(fault({ calls: 1, symbol: 'AAPL' }));
    expect(faults.take('PlaceOrder', ['MSFT'])).toBeNull();
    expect(faults.take('GetOrder', [])).toBeNull();
    expect(faults.take('PlaceOrder', ['MSFT', 'AAPL'])).not.toBeNull();
  });

  it('without a target hits the four calls about orders, with one that call alone', () => {
    const faults = createFaults();
    const hits = (): FaultableCall[] => CALLS.filter((call) => faults.take(call, []) !== null);
    faults.set(fault());
    expect(hits()).toEqual(CALLS.slice(0, 4));
    for (const target of CALLS) {
      faults.set(fault({ target }));
      expect(hits()).toEqual([target]);
    }
  });

  it('REJECT hits only what can be rejected', () => {
    const faults = createFaults();
    faults.set(fault({ mode: 'REJECT', calls: 2 }));
    expect(CALLS.filter((call) => faults.take(call, ['AAPL']) !== null)).toEqual([
      'PlaceOrder',
      'ReplaceOrder',
    ]);
    expect(isMeaningful(fault({ mode: 'REJECT', target: 'CancelOrder' }))).toBe(false);
    expect(isMeaningful(fault({ mode: 'REJECT', target: 'SettleInstructions' }))).toBe(true);
  });

  it('of the reports hits no call', () => {
    const faults = createFaults();
    faults.set(fault({ mode: 'DROP_REPORTS', calls: 1 }));
    expect(CALLS.filter((call) => faults.take(call, []) !== null)).toEqual([]);
    expect(faults.reportFault()).toEqual({ mode: 'DROP_REPORTS', symbol: '' });
  });
});
