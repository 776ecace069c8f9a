import { HubError } from '../../contracts/errors.ts';
import { type Decline, isDecline } from '../../contracts/failure-class.ts';
import type { OrderSubmission } from '../../contracts/orders/order.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import type {
  ExecutedSteps,
  OrderProgress,
  OrderStep,
  StepFailureFacts,
} from '../../contracts/orders/workflow-messages.ts';
import { isOpen } from '../../domain/orders/order.ts';
import { acceptOrder } from './accept-order.ts';
import { type BookReportsDeps, bookReports } from './book-reports.ts';
import { type BringBackOrderDeps, bringBackOrder } from './bring-back-order.ts';
import { progressOf, readWorking } from './order-progress.ts';
import { placeOrder } from './place-order.ts';

export type ExecuteOrderDeps = BringBackOrderDeps & BookReportsDeps;

export interface ExecuteOptions {
  /** An earlier attempt may have reached the broker. */
  askFirst: boolean;
  /** Its time to go to the broker has come, whatever the clock here says. */
  isReleased: boolean;
  /** It was accepted before: books that do not have it have lost it. */
  isDecided?: boolean;
}

/**
 * The stretch of an order's life that waits for nobody: accept (normally a read of the decision),
 * place, book what the answer brought. Every step is idempotent, so the whole can be run again from
 * the start, in one piece or step by step. An order whose time to go to the broker lies ahead is
 * accepted only; one whose key or client order id is another order's is declined, as an outcome.
 * Throws {@link StepFailed}.
 */
export async function executeOrder(
  deps: ExecuteOrderDeps,
  submission: OrderSubmission,
  options: ExecuteOptions,
): Promise<ExecutedSteps> {
  const working = await inStep('ACCEPT', null, () =>
    decide(deps, submission, options.isDecided === true || submission.isAdopted === true),
  );
  if (working === 'LAPSED') return { accept: 'LAPSED', ...NOTHING_DONE };
  if ('declinedFor' in working) return { accept: 'DECLINED', ...working, ...NOTHING_DONE };
  const { status, releaseAt, replaces } = working.order;
  const before = progressOf(working);
  if (status === 'REJECTED')
    return { accept: 'REJECTED', place: null, booked: [], progress: before };
  const waits = releaseAt !== null && !options.isReleased && deps.clock() < Date.parse(releaseAt);
  if (!isOpen(status) || waits)
    return { accept: 'ACCEPTED', place: null, booked: [], progress: before };

  const askFirst = options.askFirst || status !== 'PENDING_NEW' || replaces !== null;
  const atBroker = await inStep('PLACE', before, () => placeOrder(deps, working, { askFirst }));
  const progress = await inStep('BOOK', before, () =>
    bookReports(deps, working.order.id, atBroker.reports, working),
  );
  return {
    accept: 'ACCEPTED',
    place: atBroker.status === 'REJECTED' ? 'REJECTED' : 'ACKNOWLEDGED',
    booked: atBroker.reports
      .filter(({ execType }) => execType === 'TRADE')
      .map(({ brokerExecutionId }) => brokerExecutionId),
    progress,
  };
}

const NOTHING_DONE = { place: null, booked: [], progress: null };

async function decide(
  deps: ExecuteOrderDeps,
  submission: OrderSubmission,
  wasDecided: boolean,
): Promise<WorkingOrder | 'LAPSED' | { declinedFor: Decline }> {
  const decided = await deps.orders.readWorkingOrder(submission.orderId);
  if (decided) return decided;
  if (wasDecided) return (await bringBackOrder(deps, submission)).working;
  try {
    const decision = await acceptOrder(deps, submission);
    return decision.outcome === 'LAPSED' ? 'LAPSED' : readWorking(deps, submission.orderId);
  } catch (error) {
    if (!(error instanceof HubError && isDecline(error.code))) throw error;
    // Another body under the same key may have been accepted meanwhile: its order has this workflow
    // and no other.
    return (await deps.orders.readWorkingOrder(submission.orderId)) ?? { declinedFor: error.code };
  }
}

/**
 * The stretch failed at this step; `cause` says why, the facts where the order stood before it.
 */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly facts: StepFailureFacts;

  constructor(facts: StepFailureFacts, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.facts = facts;
  }
}

async function inStep<T>(
  step: OrderStep,
  progress: OrderProgress | null,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new StepFailed({ step, progress }, error);
  }
}
