import { readFile } from 'node:fs/promises';
import { Decimal } from 'decimal.js';

/** One day of trading: prices in USD, volume in shares. */
export interface Bar {
  open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
  volume: Decimal;
}

/** Each symbol's bars, oldest first. */
export type Recording = ReadonlyMap<string, readonly Bar[]>;

const HEADER = 'date,symbol,open,high,low,close,volume';

/** Reads a recording from a CSV file. Throws with the line's number when the file is not one. */
export async function readRecording(path: string): Promise<Recording> {
  return parseRecording(await readFile(path, 'utf8'));
}

/** Rows must be in order of date. Throws with the line's number when a row is not a bar. */
export function parseRecording(csv: string): Recording {
  const [header, ...rows] = csv.trimEnd().split(/\r?\n/);
  if (header !== HEADER) throw new Error(`a recording begins with "${HEADER}"`);
  const recording = new Map<string, Bar[]>();
  rows.forEach((row, index) => {
    const [date, symbol, ...numbers] = row.split(',');
    const bar = parseBar(numbers);
    if (!date || !symbol || bar === null)
      throw new Error(`line ${index + 2} of the recording is not a bar: "${row}"`);
    const bars = recording.get(symbol);
    if (bars) bars.push(bar);
    else recording.set(symbol, [bar]);
  });
  if (recording.size === 0) throw new Error('the recording has no rows');
  return recording;
}

function parseBar(numbers: readonly string[]): Bar | null {
  if (numbers.length !== 5 || !numbers.every((text) => /^\d+(\.\d+)?$/.test(text))) return null;
  const [open, high, low, close, volume] = numbers.map((text) => new Decimal(text));
  return open && high && low && close && volume ? { open, high, low, close, volume } : null;
}
