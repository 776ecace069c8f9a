/** Carries a request's id: from clients, in answers, and in our own calls for a request. */
export const REQUEST_ID_HEADER = 'X-Request-Id';

/** What every line of the log says of the work that it is about. */
export interface WorkFacts {
  /** The request that a client sent, by its own id or ours (`X-Request-Id`). */
  requestId?: string | undefined;
  orderId?: string | undefined;
}

/** The work under way, as whoever logs, records or calls others for it knows it. */
export interface WorkContext {
  /** Does the work; all that it does, and whatever it waits for, belongs to it. */
  run<T>(facts: WorkFacts, work: () => T): T;
  /** More is known of the work under way; outside of any work nothing is kept. */
  note(facts: WorkFacts): void;
  /** Of the work under way; empty outside of any. */
  facts(): Readonly<WorkFacts>;
}
