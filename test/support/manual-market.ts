import { fileURLToPath } from 'node:url';
export const MARKET_PATH = '/market';

/**
 * A new last price in USD; the quote lies a cent or two around it, with so many shares on each
 * side.
 */
export interface MarketMove {
  symbol: string;
  last: string;
  size: number;
  /** A renewed quote offers its size anew. False: it is offered once, until the next move. */
  isRenewed: boolean;
}

/**
 * The program that {@link startE2eStack} runs in place of market-data for a market that a test
 * moves.
 */
export const MANUAL_MARKET_ENTRY = fileURLToPath(
  new URL('./e2e-manual-market.ts', import.meta.url),
);

export type MoveMarket = (
  symbol: string,
  last: string,
  size?: number,
  isRenewed?: boolean,
) => Promise<void>;

/**
 * Moves the market of a stack with {@link MANUAL_MARKET_ENTRY}; the quote is out when the answer is
 * here.
 */
export function createMoveMarket(marketDataUrl: string, usualSize: number): MoveMarket {
  return async (symbol, last, size = usualSize, isRenewed = true) => {
    const move: MarketMove = { symbol, last, size, isRenewed };
    const response = await fetch(`${marketDataUrl}${MARKET_PATH}`, {
      method: 'POST',
      body: JSON.stringify(move),
    });
    if (response.status !== 204)
      throw new Error(`the market did not move: ${response.status} ${await response.text()}`);
  };
}
