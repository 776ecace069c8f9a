import type { Figure, Figures } from '../../support/promtool.ts';
import { api, ofBroker } from '../healthy-figures.ts';

/** A trouble that raises its alert, and nothing before it. */
export interface AlertCase {
  what: string;
  alert: string;
  /** The evaluation at which it fires, in seconds since the trouble shows in the figures. */
  afterS: number;
  trouble: Figures;
  /** What looks much like it and must call nobody. */
  harmless: { what: string; figures: Figures };
}

export const growing = (second: number): number => 5 + second;
export const heardAge = api('hub_broker_session_heard_age_seconds', ofBroker);
export const sessionFails = (code: string): string =>
  api('hub_broker_session_failing', `${ofBroker},code="${code}"`);
export const stepFails = (step: string, code: string): string =>
  api('hub_steps_failing', `workflow_type="order",step="${step}",code="${code}"`);

/** One figure for so long, then another; null: it is not there. */
export const until =
  (endS: number, first: number | null, then: number | null): Figure =>
  (second) =>
    second < endS ? first : then;
