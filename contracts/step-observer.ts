/** Is told how each run of a step of the order path went, for metrics. */
export interface StepObserver {
  /** `seconds` from the start of the run. */
  succeeded(step: string, seconds: number): void;
  /** `code`: the stable code, or the error's name. */
  failed(step: string, code: string): void;
  /** The step declined what a customer asked for, by stable code. */
  declined(step: string, code: string): void;
}

/** Is told of each order that has to wait for an operator, for metrics and alerts. */
export interface SuspensionObserver {
  suspended(step: string, code: string): void;
}
