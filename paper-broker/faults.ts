/** How the venue misbehaves on demand; tests of its clients need each of them. */
export type FaultMode = 'NONE' | 'SLOW' | 'DOWN' | 'REJECT' | 'LOSE_ANSWER';

export type FaultableCall = 'PlaceOrder' | 'CancelOrder' | 'GetOrder';

export interface Fault {
  mode: FaultMode;
  /** How long a call waits before anything is done (SLOW). */
  delayMs: number;
  /** To how many calls it applies, then NONE again; 0 is until changed. */
  calls: number;
  /** Only for this symbol; empty for all. */
  symbol: string;
}

/** One fault at a time. */
export interface Faults {
  set(fault: Fault): void;
  /** Whether any call is disturbed now; asked first, since it is nearly always `false`. */
  isActive(): boolean;
  /** The fault that hits this call, used up by one; `null` when none does. REJECT hits PlaceOrder alone. */
  take(call: FaultableCall, symbol: string | null): Fault | null;
}

export function createFaults(): Faults {
  let fault: Fault | null = null;
  let callsLeft = 0;

  return {
    set(next) {
      fault = next.mode === 'NONE' ? null : next;
      callsLeft = next.calls === 0 ? Number.POSITIVE_INFINITY : next.calls;
    },
    isActive: () => fault !== null,
    take(call, symbol) {
      if (!fault) return null;
      if (fault.symbol !== '' && fault.symbol !== symbol) return null;
      if (fault.mode === 'REJECT' && call !== 'PlaceOrder') return null;
      const hit = fault;
      callsLeft -= 1;
      if (callsLeft <= 0) fault = null;
      return hit;
    },
  };
}
