import type { SystemPart, SystemStatus } from '../contracts/operators/system-status.ts';

/** A line for each part, and below what to do about those that are not UP. */
export function systemTable({ status, checkedAt, parts }: SystemStatus): string {
  const rows = [
    ['part', 'status', 'since', 'detail'],
    ...parts.map((part) => [part.name, part.status, part.since ?? 'not known', part.detail]),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  );
  const actions = listTroubles(parts).map(({ name, action }) => `  ${name}: ${action}`);
  const toDo = actions.length === 0 ? [] : ['', 'What to do:', ...actions];
  return [`The system is ${status} at ${checkedAt}`, '', ...lines, ...toDo].join('\n');
}

export const listTroubles = (parts: readonly SystemPart[]): SystemPart[] =>
  parts.filter(({ status }) => status !== 'UP');
