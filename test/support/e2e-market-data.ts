import { readFileSync } from 'node:fs';

// The market-data service as it is, with the prices of a file: a test that writes other prices and
// starts the service again has moved the market.
process.env.SIMULATOR_SYMBOLS = readFileSync(process.env.PRICES_FILE ?? '', 'utf8');
await import('../../market-data/main.ts');
