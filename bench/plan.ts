/** How much is measured. Every count is bounded, and so is the whole. */
export interface Plan {
  /**
   * After this the run is broken off and what was measured is reported; resting orders add their
   * own.
   */
  readonly limitMs: number;
  /** Orders sent before each row of measurements, and not measured. */
  readonly warmUp: number;
  /** Orders of a row with one client. */
  readonly singleOrders: number;
  /** Orders of a row with 50 clients. */
  readonly burstOrders: number;
  /**
   * Times that the real path and the skeleton are measured in turn, with these numbers of worker
   * processes.
   */
  readonly rounds: ReadonlyArray<readonly number[]>;
  /** Seconds at 20 orders a second. */
  readonly steadySeconds: number;
  /** Seconds at 1,000 orders a minute. */
  readonly minuteSeconds: number;
  readonly historySample: number;
  readonly reads: {
    readonly single: number;
    readonly crowd: number;
    readonly steadySeconds: number;
  };
  readonly logins: { readonly single: number; readonly crowd: number };
  readonly validations: { readonly single: number; readonly crowd: number };
  readonly storageOrders: number;
  readonly settlement: { readonly instructions: number; readonly accounts: number };
  readonly resting: {
    readonly limitMs: number;
    /** How many rest when the memory is read; the last is all of them. */
    readonly steps: readonly number[];
    /** Times that the submissions are measured, with no order resting and with all. */
    readonly rounds: number;
    readonly steadySeconds: number;
    /**
     * How long after the first of them was placed the submissions are measured again; `null`: not
     * at all. The workflows ask the venue about them then.
     */
    readonly askedAfterMs: number | null;
    /** How long the workers are watched after their restart. */
    readonly restartSeconds: number;
  };
}

export const CROWD = 50;

const MINUTE_MS = 60_000;

export const FULL_PLAN: Plan = {
  limitMs: 12 * MINUTE_MS,
  warmUp: 150,
  singleOrders: 150,
  burstOrders: 400,
  rounds: [[1, 2, 3], [1, 2, 3], [1]],
  steadySeconds: 30,
  minuteSeconds: 60,
  historySample: 50,
  reads: { single: 500, crowd: 5_000, steadySeconds: 10 },
  logins: { single: 40, crowd: 80 },
  validations: { single: 1_000, crowd: 10_000 },
  storageOrders: 600,
  settlement: { instructions: 50_000, accounts: 200 },
  resting: {
    limitMs: 55 * MINUTE_MS,
    steps: [2_000, 5_000, 10_000, 15_000, 20_000],
    rounds: 5,
    steadySeconds: 20,
    askedAfterMs: 16 * MINUTE_MS,
    restartSeconds: 30,
  },
};

export const QUICK_PLAN: Plan = {
  limitMs: 5 * MINUTE_MS,
  warmUp: 60,
  singleOrders: 40,
  burstOrders: 150,
  rounds: [[1, 2, 3], [1]],
  steadySeconds: 8,
  minuteSeconds: 12,
  historySample: 20,
  reads: { single: 200, crowd: 2_000, steadySeconds: 4 },
  logins: { single: 15, crowd: 30 },
  validations: { single: 300, crowd: 3_000 },
  storageOrders: 200,
  settlement: { instructions: 5_000, accounts: 50 },
  resting: {
    limitMs: 10 * MINUTE_MS,
    steps: [1_000, 2_000],
    rounds: 2,
    steadySeconds: 10,
    askedAfterMs: null,
    restartSeconds: 20,
  },
};
