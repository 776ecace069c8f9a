import type { TroubleMade } from './make-trouble.ts';
import type { SeedRun } from './run-seed.ts';

/** One line of a seed. */
export function summarizeSeed({
  seed,
  orders,
  sent,
  troubles,
  rest,
  violations,
  breaks,
  tookMs,
  followUps,
}: SeedRun): string {
  const count = (kind: string) => sent.filter(({ outcome }) => outcome.kind === kind).length;
  const asked = [...followUps].sort().map(([answer, times]) => `${answer} ×${times}`);
  const broken = Object.entries(breaks).map(([kind, times]) => `${kind} ×${times}`);
  return [
    `seed ${seed}: ${violations.length === 0 ? 'passed' : `FAILED, ${violations.length} violations`} in ${(tookMs / 1000).toFixed(0)} s`,
    `  ${orders} orders: ${count('ACKNOWLEDGED')} acknowledged, ${count('REJECTED')} rejected, ${count('TURNED_AWAY')} turned away (503), ${count('UNANSWERED')} unanswered`,
    `  ${troubles.length} troubles; asked of orders later: ${asked.join(', ') || 'nothing'}; breaks: ${broken.join(', ') || 'none'}`,
    rest
      ? `  at rest after ${(rest.tookMs / 1000).toFixed(1)} s: ${rest.openBefore} were open, ${rest.canceled} canceled by their clients, ${rest.hurried} retries asked for by an operator, ${rest.suspended} SUSPENDED`
      : '  did not come to rest',
  ].join('\n');
}

/**
 * How often each trouble was made in all runs, and how long it took until orders went through
 * again.
 */
export function tabulateTroubles(troubles: readonly TroubleMade[]): string {
  const byName = Map.groupBy(troubles, ({ name }) =>
    name.includes(' + ') ? 'kill two at once' : name,
  );
  const rows = [...byName]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, made]) => {
      const recovered = made
        .map(({ recoveredMs }) => recoveredMs)
        .filter((ms) => ms !== null)
        .sort((a, b) => a - b);
      const at = (share: number) =>
        recovered.length === 0
          ? '-'
          : ((recovered[Math.ceil(share * recovered.length) - 1] ?? 0) / 1000).toFixed(1);
      const down = made.reduce((sum, { downMs }) => sum + downMs, 0) / made.length / 1000;
      return [name, String(made.length), down.toFixed(1), at(0.5), at(1)];
    });
  const lines = [
    ['trouble', 'times', 'down, mean s', 'orders go through after, median s', 'at most s'],
    ...rows,
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
