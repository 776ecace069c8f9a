import { parseArgs } from 'node:util';

/** a: skeletons, b: the order path, c: reads, d: login and token validation, e: memory and storage, f: settlement. */
export const PARTS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
export type Part = (typeof PARTS)[number];

/** A part may also be called by its name. */
const NAMES: Readonly<Record<string, Part>> = { settlement: 'f' };

export interface BenchOptions {
  readonly quick: boolean;
  readonly parts: ReadonlySet<Part>;
}

/** Throws a sentence for what it does not know. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({ args: [...args], options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } });
  const wanted = values.only === undefined ? PARTS : values.only.split(',').map((name) => NAMES[name.trim()] ?? name.trim());
  const unknown = wanted.filter((name) => !(PARTS as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`--only ${values.only}: there is no part ${unknown.join(', ')}, but ${PARTS.join(', ')}`);
  return { quick: values.quick, parts: new Set(wanted as Part[]) };
}
