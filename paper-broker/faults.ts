/** How the venue misbehaves on demand; tests of its clients need each of them. */
export type CallFaultMode = 'SLOW' | 'DOWN' | 'REJECT' | 'LOSE_ANSWER';
export type ReportFaultMode = 'REPEAT_REPORTS' | 'REVERSE_REPORTS' | 'DROP_REPORTS';
export type FaultMode = 'NONE' | CallFaultMode | ReportFaultMode;

export type FaultableCall =
  | 'PlaceOrder'
  | 'CancelOrder'
  | 'ReplaceOrder'
  | 'GetOrder'
  | 'SettleInstructions';

export interface Fault {
  mode: FaultMode;
  /** How long a call waits before anything is done (SLOW). */
  delayMs: number;
  /**
   * To how many calls it applies, or reports, or reversed messages, then NONE again; 0 is until
   * changed.
   */
  calls: number;
  /** Only for this symbol; empty for all. REVERSE_REPORTS turns everything round. */
  symbol: string;
  /** `null` for the four calls about orders. Says nothing about the stream of reports. */
  target: FaultableCall | null;
}

/** One fault at a time. */
export interface Faults {
  set(fault: Fault): void;
  /** Whether any call is disturbed now; asked first, since it is nearly always `false`. */
  isActive(): boolean;
  /**
   * The fault that hits a call about one of these symbols, used up by one; `null` when none does.
   */
  take(call: FaultableCall, symbols: readonly string[]): Fault | null;
  /** How the stream of reports is disturbed now. */
  reportFault(): { mode: ReportFaultMode; symbol: string } | null;
  /**
   * Whether this mode hits a report of this symbol (or, REVERSE_REPORTS, a message) now; used up by
   * one if so.
   */
  takeReport(mode: ReportFaultMode, sequence: number, symbol: string | null): boolean;
}

const ORDER_CALLS: readonly FaultableCall[] = [
  'PlaceOrder',
  'CancelOrder',
  'ReplaceOrder',
  'GetOrder',
];
const REJECTING_CALLS: readonly FaultableCall[] = [
  'PlaceOrder',
  'ReplaceOrder',
  'SettleInstructions',
];

/** Whether a fault can hit anything: a call that answers no rejection cannot be made to. */
export const isMeaningful = ({ mode, target }: Pick<Fault, 'mode' | 'target'>): boolean =>
  mode !== 'REJECT' || target === null || REJECTING_CALLS.includes(target);

export function createFaults(): Faults {
  let fault: Fault | null = null;
  let callsLeft = 0;
  /**
   * Left out once already: sent when the stream is read again from before it, also while the fault
   * lasts.
   */
  let dropped = new Set<number>();

  const use = (): Fault | null => {
    const hit = fault;
    callsLeft -= 1;
    if (callsLeft <= 0) fault = null;
    return hit;
  };

  return {
    set(next) {
      fault = next.mode === 'NONE' ? null : next;
      callsLeft = next.calls === 0 ? Number.POSITIVE_INFINITY : next.calls;
      dropped = new Set();
    },
    isActive: () => fault !== null,
    take(call, symbols) {
      if (!fault || isReportMode(fault.mode)) return null;
      if (fault.symbol !== '' && !symbols.includes(fault.symbol)) return null;
      if (fault.target === null ? !ORDER_CALLS.includes(call) : fault.target !== call) return null;
      if (fault.mode === 'REJECT' && !REJECTING_CALLS.includes(call)) return null;
      return use();
    },
    reportFault: () =>
      fault && isReportMode(fault.mode) ? { mode: fault.mode, symbol: fault.symbol } : null,
    takeReport(mode, sequence, symbol) {
      if (!fault || fault.mode !== mode) return false;
      if (fault.symbol !== '' && fault.symbol !== symbol && mode !== 'REVERSE_REPORTS')
        return false;
      if (mode === 'DROP_REPORTS') {
        if (dropped.has(sequence)) return false;
        dropped.add(sequence);
      }
      use();
      return true;
    },
  };
}

function isReportMode(mode: FaultMode): mode is ReportFaultMode {
  return mode === 'REPEAT_REPORTS' || mode === 'REVERSE_REPORTS' || mode === 'DROP_REPORTS';
}
