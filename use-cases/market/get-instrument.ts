import { HubError } from '../../contracts/errors.ts';
import type { InstrumentStore } from '../../contracts/ports/instruments.ts';
import type { MarketUseCases } from '../use-cases.ts';

/** One instrument. Throws `INSTRUMENT_NOT_FOUND` and `DATABASE_UNAVAILABLE`. */
export function createGetInstrument(deps: { instruments: Pick<InstrumentStore, 'findInstrument'> }): MarketUseCases['getInstrument'] {
  return async (symbol) => {
    const instrument = await deps.instruments.findInstrument(symbol);
    if (!instrument) throw new HubError('INSTRUMENT_NOT_FOUND', { symbol });
    return instrument;
  };
}
