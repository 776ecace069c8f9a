import { api, ofBroker, venue } from '../healthy-figures.ts';
import { type AlertCase, growing, heardAge, sessionFails, stepFails, until } from './alert-case.ts';

export const BROKER_CASES: readonly AlertCase[] = [
  {
    what: 'a venue hangs',
    alert: 'BrokerAway',
    afterS: 60,
    trouble: { [heardAge]: growing, [sessionFails('BrokerUnavailable')]: 1 },
    harmless: {
      what: 'the session begins anew',
      figures: {
        [heardAge]: (second) => Math.min(growing(second), 29),
        [sessionFails('BrokerUnavailable')]: until(30, 1, null),
      },
    },
  },
  {
    what: 'a venue hangs, and its connection has not noticed',
    alert: 'BrokerAway',
    afterS: 60,
    trouble: { [heardAge]: growing },
    harmless: {
      what: 'thousands of its reports are taken in',
      figures: {
        [heardAge]: growing,
        [api('hub_broker_session_last_sequence', ofBroker)]: (second) => 7 + second,
      },
    },
  },
  {
    what: 'the answers of a venue are lost, and nobody asks it for anything',
    alert: 'BrokerAway',
    afterS: 30,
    trouble: { [api('hub_broker_answers', ofBroker)]: 0 },
    harmless: {
      what: 'one is lost',
      figures: { [api('hub_broker_answers', ofBroker)]: until(15, 0, 1) },
    },
  },
  {
    what: 'no answer of a venue reaches an order',
    alert: 'BrokerAway',
    afterS: 30,
    trouble: { [stepFails('PLACE', 'BrokerOutcomeUnknown')]: 1 },
    harmless: {
      what: 'quick retries found the order',
      figures: { [stepFails('PLACE', 'BrokerOutcomeUnknown')]: () => null },
    },
  },
  {
    what: "the session's workflow is ended",
    alert: 'BrokerSessionStopped',
    afterS: 30,
    trouble: { [heardAge]: growing, [sessionFails('NOT_RUNNING')]: 1 },
    harmless: {
      what: 'it goes on as a new run',
      figures: { [sessionFails('NOT_RUNNING')]: until(15, 1, null) },
    },
  },
  {
    what: 'the session fails by itself',
    alert: 'BrokerSessionStopped',
    afterS: 60,
    trouble: { [heardAge]: growing, [sessionFails('TypeError')]: 1 },
    harmless: { what: 'it has failed, and reads', figures: { [sessionFails('TypeError')]: 1 } },
  },
  {
    what: 'the session stands still with work to do',
    alert: 'BrokerSessionLagging',
    afterS: 60,
    trouble: { [venue('paper_broker_last_report_sequence')]: 9 },
    harmless: {
      what: 'it is behind and catches up',
      figures: {
        [venue('paper_broker_last_report_sequence')]: 9_000,
        [api('hub_broker_session_last_sequence', ofBroker)]: (second) => 7 + second,
      },
    },
  },
  {
    what: 'the venue gets no quotes',
    alert: 'PricesFrozen',
    afterS: 60,
    trouble: { [venue('paper_broker_market_data_connected')]: 0 },
    harmless: {
      what: 'it connects anew',
      figures: {
        [venue('paper_broker_market_data_connected')]: until(30, 0, 1),
      },
    },
  },
  {
    what: 'the source of prices stands still',
    alert: 'PricesFrozen',
    afterS: 120,
    trouble: { [api('hub_quote_age_seconds')]: growing },
    harmless: {
      what: 'the market is closed',
      figures: { [api('hub_quote_age_seconds')]: () => null },
    },
  },
];
