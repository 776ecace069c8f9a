import type { Stage } from './stage.ts';

/**
 * A path through one or several workflows, played on a running stack: of real orders, by the calls
 * that clients, operators and the venue make.
 */
export interface Scenario {
  /** Kebab-case: it becomes the name of a file. */
  name: string;
  title: string;
  /**
   * It waits out retries or a silent venue: with the real schedules that takes minutes or hours.
   */
  needsQuickWorkers?: true;
  /**
   * Several of it can be played at once, though not with others: what is broken for one is broken
   * for all. Not where an order must come to the venue first: what fails for the others would open
   * the circuit that it goes through.
   */
  canBePlayedTogether?: true;
  /**
   * Returns once nothing happens any more by itself, for minutes at least. One at a time on a
   * stage: the venue has one fault at a time.
   */
  play(stage: Stage): Promise<Played>;
}

export interface Played {
  workflows: PlayedWorkflow[];
  /** Whose orders they are. */
  accountIds: string[];
  /** Nothing that is broken for it disturbs others: they can be played before it is ended. */
  isApart?: true;
  /**
   * Mends what was broken for it and brings what is still open to its end. Absent when all has
   * ended and nothing is broken.
   */
  end?(): Promise<void>;
}

export interface PlayedWorkflow {
  /** What of the scenario it is, in kebab-case: `order`, `replacement`, `execution` … */
  label: string;
  workflowId: string;
  /** The current one when left out. */
  runId?: string;
  /** The books have moved on since it ended: ended once more, it tells of them. */
  isOvertaken?: true;
}
