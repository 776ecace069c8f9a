import { HubError } from '../../contracts/errors.ts';
import type { InstrumentStore } from '../../contracts/ports/instruments.ts';
import type { TradingSessions } from '../../contracts/ports/trading-sessions.ts';
import type { AdminUseCases } from '../use-cases.ts';
import { operatorName } from './operator-name.ts';

export interface RemoveSessionDeps {
  sessions: Pick<TradingSessions, 'removeSession'>;
  instruments: Pick<InstrumentStore, 'findInstrument'>;
}

/** Lets the market's own session hold again. Throws `INSTRUMENT_NOT_FOUND`, `TRADING_SESSION_NOT_FOUND` and `DATABASE_UNAVAILABLE`. */
export function createRemoveSession({ sessions, instruments }: RemoveSessionDeps): AdminUseCases['removeSession'] {
  return async (operator, symbol, date, reason) => {
    if (await sessions.removeSession(symbol, date, operatorName(operator), reason)) return;
    const isKnown = (await instruments.findInstrument(symbol)) !== null;
    throw new HubError(isKnown ? 'TRADING_SESSION_NOT_FOUND' : 'INSTRUMENT_NOT_FOUND', { symbol, ...(isKnown && { date }) });
  };
}
