import { parseArgs } from 'node:util';

/**
 * a: skeletons, b: the order path, c: reads, d: login and token validation, e: memory and storage,
 * f: settlement, g: resting orders.
 */
export const PARTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
export type Part = (typeof PARTS)[number];

/** Takes longer than all others together, so it has to be asked for. */
const ASKED_FOR: Part = 'g';

/** A part may also be called by its name. */
const NAMES: Readonly<Record<string, Part>> = { settlement: 'f', resting: 'g' };

export interface BenchOptions {
  readonly quick: boolean;
  readonly parts: ReadonlySet<Part>;
}

/** Throws a sentence for what it does not know. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  const wanted =
    values.only === undefined
      ? PARTS.filter((part) => part !== ASKED_FOR)
      : values.only.split(',').map((name) => NAMES[name.trim()] ?? name.trim());
  const unknown = wanted.filter((name) => !(PARTS as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new Error(
      `--only ${values.only}: there is no part ${unknown.join(', ')}, but ${PARTS.join(', ')}`,
    );
  return { quick: values.quick, parts: new Set(wanted as Part[]) };
}
