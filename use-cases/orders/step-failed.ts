import type { OrderProgress, OrderStep, StepFailureFacts } from '../../contracts/workflow-messages.ts';

/** A stretch of steps failed at this one; `cause` says why. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly facts: StepFailureFacts;

  constructor(facts: StepFailureFacts, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.facts = facts;
  }
}

/** Runs one step of a stretch, so that its failure tells which one it was and where the order stood. */
export async function inStep<T>(step: OrderStep, progress: OrderProgress | null, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof StepFailed ? error : new StepFailed({ step, progress }, error);
  }
}
